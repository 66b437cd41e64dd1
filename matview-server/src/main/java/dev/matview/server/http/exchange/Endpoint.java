package dev.matview.server.http.exchange;

import java.io.IOException;
import spark.Request;
import spark.Route;

/** Answers an exchange, now or later, or says why not by throwing. */
@FunctionalInterface
public interface Endpoint {

    /** @param request for the parameters in the path; of no use when this has returned */
    void answer(Exchange exchange, Request request) throws IOException;

    /** As a route of Spark, counted by its template. Every exception becomes an answer: none reaches Spark, whose own answers are HTML. */
    static Route route(String template, Endpoint endpoint) {
        return (request, response) -> {
            Exchange exchange = Exchange.of(request.raw());
            exchange.request().at(template);
            exchange.run(() -> endpoint.answer(exchange, request));
            // Spark is not to look for another route.
            return "";
        };
    }
}
