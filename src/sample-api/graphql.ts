// The shop's GraphQL endpoint. Flawed: everything of everybody, any depth, any number of queries in one request, its schema for whoever
// asks. Hardened: a caller's own objects, bounded, and nothing said of the schema.
import {
  type ASTNode,
  buildSchema,
  execute,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
  validate,
} from 'graphql';
import type { ShopData, User } from './data.ts';
import { HttpProblem } from './http.ts';

const schema = buildSchema(
  'type User { id: Int name: String email: String ssn: String orders: [Order] } type Order { id: Int total: Float user: User } type Query { user(id: Int!): User users: [User] orders: [Order] }',
);
const BATCH_MAX = 100;
const DEPTH_MAX = 6;
const FIELDS_MAX = 50;
const CAREFUL_RULES: readonly ValidationRule[] = [...specifiedRules, NoSchemaIntrospectionCustomRule, bounded];

export interface GraphqlShop {
  readonly users: readonly User[];
  readonly orders: ShopData['orders'];
  readonly shown: (user: User) => Partial<User>;
  readonly isHardened: boolean;
}

/** `body`: parsed JSON. `caller` is known in the hardened variant. */
export async function answerGraphql(shop: GraphqlShop, body: unknown, caller: User | undefined): Promise<unknown> {
  if (!Array.isArray(body)) return answerOne(shop, body, caller);
  if (shop.isHardened) throw new HttpProblem(400, 'one query a request');
  return Promise.all(body.slice(0, BATCH_MAX).map((one) => answerOne(shop, one, caller)));
}

async function answerOne(shop: GraphqlShop, body: unknown, caller: User | undefined): Promise<unknown> {
  const { users, orders, shown, isHardened } = shop;
  const source = String((body as { query?: unknown } | null)?.query);
  let document: ReturnType<typeof parse>;
  try {
    document = parse(source, { maxTokens: 10_000 });
  } catch (error) {
    return { errors: [{ message: (error as Error).message }] };
  }
  const rules = isHardened ? CAREFUL_RULES : specifiedRules;
  const errors = validate(schema, document, rules, { maxErrors: 100, hideSuggestions: isHardened });
  if (errors.length > 0) return { errors };
  const mayList = caller === undefined || caller.role === 'admin';
  const visibleUsers = mayList ? users : users.filter((user) => user.id === caller.id);
  const visibleOrders = mayList ? orders : orders.filter((order) => order.userId === caller.id);
  const orderOf = (order: (typeof orders)[number]): object => ({
    ...order,
    user: () => userOf(users[order.userId - 1]!),
  });
  const userOf = (user: User): object => ({
    ...shown(user),
    orders: () => orders.filter((order) => order.userId === user.id).map(orderOf),
  });
  const rootValue = {
    user: ({ id }: { id: number }) => {
      const user = visibleUsers.find((one) => one.id === id);
      return user === undefined ? null : userOf(user);
    },
    users: () => visibleUsers.slice(0, 20).map(userOf),
    orders: () => visibleOrders.slice(0, 20).map(orderOf),
  };
  return execute({ schema, document, rootValue });
}

/** At most so deep and so many fields; fragments are not needed by this shop. */
function bounded(context: ValidationContext): ReturnType<ValidationRule> {
  let depth = 0;
  let fields = 0;
  const refuse = (what: string, node: ASTNode): void => context.reportError(new GraphQLError(what, { nodes: node }));
  return {
    Field: {
      enter(node) {
        depth += 1;
        fields += 1;
        if (depth === DEPTH_MAX + 1) refuse('the query is too deep', node);
        if (fields === FIELDS_MAX + 1) refuse('the query has too many fields', node);
      },
      leave() {
        depth -= 1;
      },
    },
    FragmentSpread(node) {
      refuse('fragments are not taken', node);
    },
  };
}
