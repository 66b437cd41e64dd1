package dev.matview.server.http;

import dev.matview.core.QueryException;
import dev.matview.core.mango.MangoException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spark.Request;
import spark.Response;
import spark.Route;

/** Answers one request on its own, or says why not by throwing. */
@FunctionalInterface
interface Endpoint {

    void answer(Request request, Response response) throws IOException;

    /**
     * As a route of Spark. Every exception becomes an answer here, and what the server did not expect goes to the log:
     * none reaches Spark, whose own answers are HTML.
     */
    static Route route(Endpoint endpoint) {
        Logger log = LoggerFactory.getLogger(Endpoint.class);
        return (request, response) -> {
            try {
                endpoint.answer(request, response);
            } catch (HttpError e) {
                Answer.send(response.raw(), e);
            } catch (QueryException e) {
                Answer.send(response.raw(), HttpError.of(e));
            } catch (MangoException e) {
                Answer.send(response.raw(), HttpError.of(e));
            } catch (IOException e) {
                // The client has gone: there is nobody left to answer.
                log.debug("A client did not take its answer", e);
            } catch (RuntimeException e) {
                log.error("A request could not be answered", e);
                if (!response.raw().isCommitted()) {
                    Answer.reset(response.raw());
                    Answer.send(response.raw(), HttpError.internal());
                }
            }
            // Spark writes what a route returns; all is written.
            return "";
        };
    }
}
