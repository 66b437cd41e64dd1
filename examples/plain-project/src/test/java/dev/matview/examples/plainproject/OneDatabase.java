package dev.matview.examples.plainproject;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** As much of a CouchDB as reading one database with one document takes, so that this needs none. */
final class OneDatabase implements AutoCloseable {

    private static final String NAME = "userdb-ada";

    private final HttpServer server;
    private final String document;

    /** @param document with the {@code _id} 1 */
    OneDatabase(String document) throws IOException {
        this.document = document;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String body = body(exchange.getRequestURI().getPath());
            byte[] bytes = (body == null ? "{\"error\":\"not_found\",\"reason\":\"missing\"}" : body)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(body == null ? 404 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String body(String path) {
        return switch (path) {
            case "/" -> "{\"couchdb\":\"Welcome\",\"version\":\"3.5.0\"}";
            case "/_all_dbs" -> "[\"" + NAME + "\"]";
            case "/_dbs_info" -> "[{\"key\":\"" + NAME + "\",\"info\":" + info() + "}]";
            case "/" + NAME -> info();
            case "/" + NAME + "/_all_docs" ->
                "{\"total_rows\":1,\"offset\":0,\"update_seq\":\"1-a\",\"rows\":["
                        + "{\"id\":\"1\",\"key\":\"1\",\"value\":{\"rev\":\"1-a\"},\"doc\":" + document + "}]}";
            default -> null;
        };
    }

    private static String info() {
        return "{\"db_name\":\"" + NAME
                + "\",\"update_seq\":\"1-a\",\"purge_seq\":\"0-a\",\"instance_start_time\":\"1\"," + "\"doc_count\":1}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
