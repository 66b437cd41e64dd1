package dev.matview.server.http.connection;

import dev.matview.server.auth.UnauthorizedException;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.Responses;
import dev.matview.server.process.MemoryExhaustion;
import java.io.IOException;
import java.util.Locale;
import javax.servlet.RequestDispatcher;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What Jetty itself refuses, before any route or after one has failed: the form of all errors, and no details. */
public final class JsonErrors extends ErrorHandler {

    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            String message,
            @Nullable Throwable cause,
            Callback callback) {
        MemoryExhaustion.atTop(cause);
        Responses.send(response, callback, error(code));
    }

    /** The same for what fails among the routes. */
    static org.eclipse.jetty.ee8.nested.ErrorHandler ofRoutes() {
        return new OfRoutes();
    }

    private static HttpError error(int status) {
        if (status == HttpStatus.UNAUTHORIZED_401) {
            return HttpError.unauthorized(new UnauthorizedException("The token is too long."));
        }
        if (status >= 500 && status != HttpStatus.SERVICE_UNAVAILABLE_503) {
            return HttpError.of(status, "internal_error", "The server could not answer. Its log says why.");
        }
        String message = HttpStatus.getMessage(status);
        return HttpError.of(status, message.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_"), message + ".");
    }

    private static final class OfRoutes extends org.eclipse.jetty.ee8.nested.ErrorHandler {

        @Override
        public boolean errorPageForMethod(String method) {
            return true;
        }

        @Override
        public void handle(
                String target,
                org.eclipse.jetty.ee8.nested.Request baseRequest,
                HttpServletRequest request,
                HttpServletResponse response)
                throws IOException {
            baseRequest.setHandled(true);
            if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable cause) {
                MemoryExhaustion.atTop(cause);
            }
            Responses.send(response, error(response.getStatus()));
        }
    }
}
