package dev.matview.server.auth;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key set from a file or by HTTP. The deadline is one for connecting, headers and the whole body together: a
 * place that sends a byte now and then is given up as one that is silent is. Thread-safe.
 */
final class KeySetReader implements KeySet.Source {

    static final Duration DEADLINE = Duration.ofSeconds(5);
    static final int MAX_BYTES = 256 * 1024;

    private static final String UNREADABLE = "is no JSON Web Key Set that can be read: ";
    private static final String TOO_LARGE = "it is larger than " + MAX_BYTES + " bytes";

    private final URI place;
    private final Duration deadline;
    private final HttpClient client;

    KeySetReader(URL place) throws IOException {
        this(place, DEADLINE);
    }

    KeySetReader(URL place, Duration deadline) throws IOException {
        try {
            this.place = place.toURI();
        } catch (URISyntaxException e) {
            throw new IOException(UNREADABLE + "the URL is malformed", e);
        }
        this.deadline = deadline;
        // Normal: to https from https. What may be http is on this machine, and is not to lead away from it.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(isHttps() ? HttpClient.Redirect.NORMAL : HttpClient.Redirect.NEVER)
                .build();
    }

    private boolean isHttps() {
        return "https".equals(place.getScheme());
    }

    @Override
    public JWKSet read() throws IOException, InterruptedException {
        byte[] json;
        try {
            json = "file".equals(place.getScheme()) ? file() : body();
        } catch (IllegalArgumentException e) {
            throw new IOException(UNREADABLE + "the URL leads to nothing", e);
        }
        try {
            return JWKSet.parse(new String(json, StandardCharsets.UTF_8));
        } catch (ParseException | IllegalArgumentException e) {
            throw new IOException(UNREADABLE + "it is none", e);
        }
    }

    private byte[] file() throws IOException {
        Path path = Path.of(place);
        if (!Files.exists(path)) {
            throw new IOException(UNREADABLE + "there is no such file");
        }
        // A pipe would let this wait without end.
        if (!Files.isRegularFile(path)) {
            throw new IOException(UNREADABLE + "it is no file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(UNREADABLE + TOO_LARGE);
            }
            return bytes;
        }
    }

    private byte[] body() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(place)
                .header("Accept", "application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, info -> new BoundedBody());
        try {
            HttpResponse<byte[]> response = answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new IOException(UNREADABLE + "it is answered with status " + response.statusCode());
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new IOException(UNREADABLE + "it did not come whole within " + deadline.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(UNREADABLE + reason(Objects.requireNonNullElse(e.getCause(), e)), e);
        } finally {
            // Closes the connection of an answer that is not whole.
            answer.cancel(true);
        }
    }

    /** Java's client has no words for a connection that is refused. */
    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message != null
                ? message
                : "no connection, or it broke (" + cause.getClass().getSimpleName() + ")";
    }

    /** Takes a body, and no more of it than {@link #MAX_BYTES}. */
    private static final class BoundedBody implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private @Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (bytes.size() + buffer.remaining() > MAX_BYTES) {
                    Objects.requireNonNull(subscription, "nothing comes before it")
                            .cancel();
                    body.completeExceptionally(new IOException(TOO_LARGE));
                    return;
                }
                byte[] chunk = new byte[buffer.remaining()];
                buffer.get(chunk);
                bytes.writeBytes(chunk);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}
