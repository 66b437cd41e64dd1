package dev.matview.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.ErrorHandler;

/** What Jetty itself refuses, before any route or after one has failed: the form of all errors, and no details. */
final class JsonErrors extends ErrorHandler {

    JsonErrors() {
        setShowStacks(false);
        setShowServlet(false);
    }

    @Override
    public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        baseRequest.setHandled(true);
        Answer.send(response, error(response.getStatus()));
    }

    /** A message so broken that there is no request to speak of. */
    @Override
    public ByteBuffer badMessageError(int status, String reason, HttpFields fields) {
        HttpError error = error(status);
        fields.put(HttpHeader.CONTENT_TYPE, Answer.JSON);
        return ByteBuffer.wrap(Answer.body(error.error(), error.reason()));
    }

    private static HttpError error(int status) {
        if (status >= 500 && status != HttpStatus.SERVICE_UNAVAILABLE_503) {
            return HttpError.of(status, "internal_error", "The server could not answer. Its log says why.");
        }
        String message = HttpStatus.getMessage(status);
        return HttpError.of(status, message.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_"), message + ".");
    }
}
