package dev.matview.couch.internal.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.Backoff;
import dev.matview.couch.event.CouchRequestListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.http.HttpEntity;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.ContentType;
import org.ektorp.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one CouchDB and keeps to its budget. Thread-safe.
 *
 * <p>What may be repeated is retried, with backoff and jitter, when CouchDB answers 429 or 5xx or the connection breaks.
 * Wrong credentials are never retried: see {@link CredentialGate}.
 */
public final class CouchClient implements AutoCloseable {

    /** How much of an error's body is read. */
    private static final int ERROR_BYTES = 64 << 10;

    /** How much of CouchDB's reason a message repeats. */
    private static final int REASON_LENGTH = 300;

    /** What CouchDB answers to whoever makes a database that is there: a precondition failed. */
    private static final int ALREADY_THERE = 412;

    private static final CouchRequest ROOT = CouchRequest.get(CouchPath.server());

    private final URI url;
    private final EktorpTransport transport;
    private final Scheduler scheduler;
    private final @Nullable Scheduler ownScheduler;
    private final Pause pause;
    private final RequestBudget budget;
    private final RequestBudget callersBudget;
    private final Backoff backoff;
    private final int attempts;
    private final int requestsPerSecond;
    private final Duration connectTimeout;
    private final Duration requestTimeout;
    private final Duration socketTimeout;
    private final CredentialGate gate;
    private final SentRequests sent;
    private final Reachability reachability;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes the body of a good answer. What it throws of {@link IOException} counts as a broken answer. */
    @FunctionalInterface
    public interface BodyReader<T extends @Nullable Object> {
        T read(InputStream body) throws IOException, InterruptedException;
    }

    /** Looks whether an answer is what was asked for. */
    @FunctionalInterface
    public interface Check {
        void of(JsonNode answer) throws WrongAnswerException;
    }

    public CouchClient(ClientSettings settings) {
        this.url = settings.url();
        this.ownScheduler = settings.scheduler() == null ? Scheduler.system() : null;
        this.scheduler =
                ownScheduler == null ? Objects.requireNonNull(settings.scheduler(), "scheduler") : ownScheduler;
        this.reachability = new Reachability(this, scheduler);
        this.pause = new Pause(scheduler);
        this.sent = new SentRequests(scheduler);
        this.budget = new RequestBudget(scheduler, pause, settings.requestsInFlight(), settings.requestsPerSecond());
        this.callersBudget =
                new RequestBudget(scheduler, pause, settings.callersRequestsInFlight(), settings.requestsPerSecond());
        this.backoff = new Backoff(settings.backoff(), settings.maxBackoff());
        this.attempts = settings.attempts();
        this.requestsPerSecond = settings.requestsPerSecond();
        this.connectTimeout = settings.connectTimeout();
        this.requestTimeout = settings.requestTimeout();
        this.socketTimeout = settings.socketTimeout();
        this.gate = new CredentialGate(scheduler, settings.refusalPause());
        this.transport = settings.transport();
    }

    /** The URL, without credentials. */
    public String url() {
        return url.toString();
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    /** Whether CouchDB answers. */
    public Reachability reachability() {
        return reachability;
    }

    /** The longest that an answer may keep silent; a request that waits at the server must wait less. */
    public Duration socketTimeout() {
        return socketTimeout;
    }

    public int requestsPerSecond() {
        return requestsPerSecond;
    }

    /** Whether this is closed: whoever goes on asking ends then. */
    public boolean isClosed() {
        return closed.get();
    }

    /** Tells the listener of each request that was sent, until the result is closed. */
    public Subscription onRequest(CouchRequestListener listener) {
        return sent.tell(listener);
    }

    /** What failed is sent again. */
    void retrying(CouchRequestListener.Operation operation) {
        sent.retrying(operation);
    }

    /** How often something is tried at most. */
    public int attempts() {
        return attempts;
    }

    /** How long to wait after so many failures in a row. */
    public Duration backoff(int failures) {
        return backoff(failures, null);
    }

    /** The same, where CouchDB may have asked for a longer one. */
    public Duration backoff(int failures, @Nullable Duration asked) {
        return backoff.delay(failures, asked, ThreadLocalRandom.current());
    }

    /** Waits; returns early when this is closed. */
    public void sleep(Duration duration) throws InterruptedException {
        pause.sleep(duration);
    }

    /** The answer as a tree: for answers that are small. */
    public JsonNode json(CouchRequest request) throws InterruptedException {
        return exchange(request, CouchClient::tree);
    }

    /** The same, which is not believed before it was looked at. */
    public JsonNode json(CouchRequest request, Check check) throws InterruptedException {
        return exchange(request, body -> {
            JsonNode tree = tree(body);
            check.of(tree);
            return tree;
        });
    }

    /** Makes a database, as readable as CouchDB makes it: by admins. False when there is one of that name. */
    public boolean create(String database) throws InterruptedException {
        try {
            json(CouchRequest.put(CouchPath.database(database), CouchJson.object())
                    .repeated());
            return true;
        } catch (CouchFailure e) {
            if (e.status() != ALREADY_THERE) {
                throw e;
            }
            return false;
        }
    }

    public static JsonNode tree(InputStream body) throws IOException {
        JsonNode tree = CouchJson.MAPPER.readTree(body);
        WrongAnswerException.unless(tree != null && !tree.isMissingNode(), "an empty answer");
        return tree;
    }

    /**
     * Sends the request and lets the reader take the answer's body. A repeatable request is retried, and then the reader
     * starts over.
     *
     * @throws CouchFailure when CouchDB answers with an error, or does not answer
     */
    public <T extends @Nullable Object> T exchange(CouchRequest request, BodyReader<T> reader)
            throws InterruptedException {
        Reachability.Asked asked = reachability.asked();
        for (int attempt = 1; ; attempt++) {
            try {
                return part(request, reader);
            } catch (CouchFailure e) {
                if (attempt >= attempts || !request.repeatable() || !e.isTransient()) {
                    reachability.failed(e, asked);
                    throw e;
                }
                retrying(SentRequests.operation(request));
                pause.sleep(backoff(attempt, e.retryAfter()));
            }
        }
    }

    /** The same, tried once only. */
    public <T extends @Nullable Object> T once(CouchRequest request, BodyReader<T> reader) throws InterruptedException {
        Reachability.Asked asked = reachability.asked();
        try {
            return part(request, reader);
        } catch (CouchFailure e) {
            reachability.failed(e, asked);
            throw e;
        }
    }

    /** Sends the request once, for its answer's sake alone, and says that CouchDB is away while there is none for so long. */
    public void verify(CouchRequest request, Duration patience) throws InterruptedException {
        Reachability.Asked asked = reachability.asked();
        try (Subscription late = scheduler.schedule(patience, () -> reachability.silent(asked, patience))) {
            once(request, CouchClient::tree);
        }
    }

    /** The same, for callers that go on where a broken answer ended, and say themselves when they give up. */
    <T extends @Nullable Object> T part(CouchRequest request, BodyReader<T> reader) throws InterruptedException {
        requireOpen();
        gate.pass(() -> attempt(ROOT, CouchClient::tree));
        return attempt(request, reader);
    }

    private <T extends @Nullable Object> T attempt(CouchRequest request, BodyReader<T> reader)
            throws InterruptedException {
        byte[] body = bytes(request);
        RequestBudget share = shareOf(request);
        if (share != null) {
            share.begin();
        }
        Thread thread = Thread.currentThread();
        ExchangeDeadline.Times times = new ExchangeDeadline.Times(
                connectTimeout, socketTimeout, request.patience(), requestTimeout.plus(request.patience()));
        try (ExchangeDeadline deadline =
                new ExchangeDeadline(scheduler, times, body.length, () -> transport.abort(thread))) {
            requireOpen();
            return sent.counted(request, () -> send(request, body, reader, deadline));
        } finally {
            transport.done();
            if (share != null) {
                share.end();
            }
        }
    }

    private @Nullable RequestBudget shareOf(CouchRequest request) {
        return switch (request.share()) {
            case VIEWS -> budget;
            case CALLERS -> callersBudget;
            case NONE -> null;
        };
    }

    private static byte[] bytes(CouchRequest request) {
        try {
            return request.body() == null ? new byte[0] : CouchJson.MAPPER.writeValueAsBytes(request.body());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("what is sent to CouchDB can always be written", e);
        }
    }

    private <T extends @Nullable Object> T send(
            CouchRequest request, byte[] body, BodyReader<T> reader, ExchangeDeadline deadline)
            throws InterruptedException {
        try {
            HttpResponse response = dispatch(request, body);
            deadline.begun();
            boolean whole = false;
            try {
                if (response.getCode() != 401) {
                    reachability.answered();
                }
                if (!response.isSuccessful()) {
                    byte[] error = error(response);
                    whole = error.length < ERROR_BYTES;
                    throw refused(request, response, error);
                }
                InputStream content = new ReadAhead(new AnswerBody(response.getContent(), deadline, request.most()));
                T result = reader.read(content);
                AnswerBody.end(content);
                whole = true;
                return result;
            } finally {
                release(response, whole);
            }
        } catch (UncheckedIOException e) {
            throw unanswered(request, Objects.requireNonNull(e.getCause(), "what was unchecked"), deadline.verdict());
        } catch (IOException e) {
            throw unanswered(request, e, deadline.verdict());
        }
    }

    private HttpResponse dispatch(CouchRequest request, byte[] content) {
        String path = (url.getRawPath() == null ? "" : url.getRawPath()) + request.path();
        HttpEntity body = new ByteArrayEntity(content, ContentType.APPLICATION_JSON);
        return switch (request.method()) {
            case GET -> transport.get(path);
            case POST -> transport.post(path, body);
            case PUT -> transport.put(path, body);
            case DELETE -> transport.delete(path);
        };
    }

    private static byte[] error(HttpResponse response) throws IOException {
        InputStream content = response.getContent();
        return content == null ? new byte[0] : content.readNBytes(ERROR_BYTES);
    }

    private CouchFailure refused(CouchRequest request, HttpResponse response, byte[] bytes) throws IOException {
        String error = "";
        String reason = "";
        try {
            JsonNode body = CouchJson.MAPPER.readTree(bytes);
            error = body.path("error").asText();
            reason = body.path("reason").asText();
        } catch (JsonProcessingException e) {
            reason = "an answer that is not CouchDB's (" + new String(bytes, StandardCharsets.UTF_8).length()
                    + " characters, not JSON)";
        }
        if (reason.length() > REASON_LENGTH) {
            reason = reason.substring(0, REASON_LENGTH) + "…";
        }
        Duration retryAfter = response instanceof EktorpTransport.Response own ? own.retryAfter() : null;
        CouchFailure refused = CouchFailure.answered(url(), request, response.getCode(), error, reason, retryAfter);
        if (response.getCode() == 401) {
            gate.doubt();
        }
        return refused;
    }

    /** The connection of a whole answer can be used again; any other is cut off. */
    private static void release(HttpResponse response, boolean whole) {
        if (whole) {
            response.releaseConnection();
        } else {
            response.abort();
        }
    }

    private CouchFailure unanswered(CouchRequest request, IOException cause, String late) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted during " + request);
        }
        if (closed.get()) {
            return CouchFailure.closed(url());
        }
        return CouchFailure.unanswered(url(), request, cause, late, socketTimeout);
    }

    private void requireOpen() {
        if (closed.get()) {
            throw CouchFailure.closed(url());
        }
    }

    /** Interrupts the thread, also when it waits for CouchDB's answer. */
    public void interrupt(Thread thread) {
        thread.interrupt();
        transport.abort(thread);
    }

    /** Aborts what is under way and releases all connections. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            pause.close();
            transport.shutdown();
            if (ownScheduler != null) {
                ownScheduler.close();
            }
        }
    }

    /** Names the URL, without credentials. */
    @Override
    public String toString() {
        return "CouchDB at " + url();
    }
}
