import fastify from "fastify";

const server = fastify();
server.get("/", async () => ({ price: 3 }));
server.listen({ port: 4000, host: "0.0.0.0" });
process.on("SIGTERM", () => server.close());
