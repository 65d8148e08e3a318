# Built in one stage, run in another: the image has neither compiler nor development dependencies.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-fund --no-audit

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /opt/sallyport
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY policies ./policies
COPY LICENSE README.md CHANGELOG.md ./
# The only folder that is written to; mount a volume here, and the rest may be read-only.
RUN install -d -o node -g node -m 0700 /var/lib/sallyport
VOLUME /var/lib/sallyport
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["run", "--listen", "8080", "--data", "/var/lib/sallyport"]
