// `/ws`: a WebSocket that answers every message about a product with its stock. As in many shops, anyone may connect.
import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import type { ShopData, User } from './data.ts';
import { userOf } from './sessions.ts';

const MESSAGE_BYTES_MAX = 64 * 1024;

/** With `isHardened` only those who are logged in are let in. */
export function serveStock(server: Server, { products, users }: ShopData, isHardened: boolean): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  server.on('upgrade', (request, socket, head) => {
    const user: User | undefined = userOf(users, request);
    if (request.url?.split('?', 1)[0] !== '/ws' || (isHardened && user === undefined)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      connection.on('error', () => connection.terminate());
      connection.on('message', (data) => {
        const product = products.find((one) => one.id === productIdOf(String(data)));
        const answer =
          product === undefined ? { error: 'no such product' } : { id: product.id, stock: (product.id * 7) % 50 };
        connection.send(JSON.stringify(answer));
      });
    });
  });
  return () => {
    for (const connection of sockets.clients) connection.terminate();
  };
}

function productIdOf(text: string): number | undefined {
  try {
    const { productId } = JSON.parse(text) as { productId?: unknown };
    return typeof productId === 'number' ? productId : undefined;
  } catch {
    return undefined;
  }
}
