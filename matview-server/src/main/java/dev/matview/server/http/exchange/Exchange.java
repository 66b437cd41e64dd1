package dev.matview.server.http.exchange;

import dev.matview.core.QueryException;
import dev.matview.core.event.Subscription;
import dev.matview.core.mango.MangoException;
import dev.matview.server.process.MemoryExhaustion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.servlet.AsyncContext;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that has a route, and its one answer, until the last byte is out. Whoever answers does so at once, or hands on
 * and answers later from another thread; none waits for the client meanwhile, neither for a body nor for it to read. What
 * waits for the client has a time by which it is over, and what it holds is counted: see {@link Exchanges}. Thread-safe; the
 * request and the response are used by one thread after the other.
 */
public final class Exchange {

    /** A part of answering. What it throws becomes the answer. */
    public interface Task {
        void run() throws IOException;
    }

    /** How long an answer may take to be read; large ones longer, at the least rate. */
    public static final Duration SEND_TIME = Duration.ofSeconds(30);

    static final int MIN_BYTES_PER_SECOND = 4096;

    /** Above this, what is made of a body while it is read is a matter of megabytes. */
    private static final int LARGE_BODY_BYTES = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private enum Phase {
        /** Somebody is at work for it, or has it in a queue. */
        WORKING,
        /** The body is coming. */
        RECEIVING,
        /** The answer is on its way. */
        SENDING,
        ENDED
    }

    private final Exchanges all;
    private final Request core;
    private final PlainRequest request;
    private final HttpServletResponse response;
    private final AsyncContext async;
    private final HeldMemory held;

    /** Guarded by this, as is all that follows. */
    private Phase phase = Phase.WORKING;

    /** Goes up whenever the work is handed on: who has done so has nothing more to do with it. */
    private int handedOn;

    /** By when the client has to have done its part, while it is waited for. */
    private @Nullable Instant due;

    private @Nullable Receiving receiving;
    private Instant since;
    private final List<Runnable> atEnd = new ArrayList<>();

    /** Ends watching whether the client leaves, before anything is sent: from then on, Jetty may read. */
    private Subscription departure = () -> {};

    /** @param request in asynchronous mode, as {@code async} */
    Exchange(
            Exchanges all, Request core, HttpServletRequest request, HttpServletResponse response, AsyncContext async) {
        this.all = all;
        this.core = core;
        this.request = new PlainRequest(request);
        this.response = response;
        this.async = async;
        this.held = new HeldMemory(all);
        this.since = all.now();
        request.setAttribute(Exchange.class.getName(), this);
    }

    /** The exchange of a request that Spark has brought to its route. */
    static Exchange of(HttpServletRequest request) {
        return (Exchange) request.getAttribute(Exchange.class.getName());
    }

    public PlainRequest request() {
        return request;
    }

    /** The group of addresses that the client's is in. */
    public String address() {
        return CallerAddress.group(core);
    }

    /** Whether the metrics are shown without a token. */
    public boolean isOpenToScrapers() {
        return ManagementEntrance.isOpenToScrapers(core);
    }

    public HttpServletResponse response() {
        return response;
    }

    /** Runs something when the exchange is over, however that comes; at once when it is. */
    public void atEnd(Runnable task) {
        synchronized (this) {
            if (phase != Phase.ENDED) {
                atEnd.add(task);
                return;
            }
        }
        task.run();
    }

    /** Runs a part of answering, at whose end there is an answer or somebody else has the work. */
    public void run(Task task) {
        int mine = handedOn();
        try {
            task.run();
            if (isLeftWith(mine)) {
                throw new IllegalStateException("a request was not answered");
            }
        } catch (HttpError e) {
            send(e);
        } catch (QueryException e) {
            send(HttpError.of(e));
        } catch (MangoException e) {
            send(HttpError.of(e));
        } catch (IOException | RuntimeException | Error e) {
            MemoryExhaustion.atTop(e);
            if (isLeftWith(mine)) {
                log.error("A request could not be answered", e);
                send(HttpError.internal(), true);
            } else {
                log.debug("A request was over before it was answered", e);
            }
        }
    }

    private synchronized int handedOn() {
        return handedOn;
    }

    private synchronized boolean isLeftWith(int mine) {
        return phase == Phase.WORKING && handedOn == mine;
    }

    /** Hands the work on. */
    void goOn(Executor threads, Task task) {
        synchronized (this) {
            handedOn++;
        }
        try {
            threads.execute(() -> run(task));
        } catch (RejectedExecutionException refused) {
            send(HttpError.of(refused));
        }
    }

    /** Hands the work on to threads that may be at work for a while; the one that has it now may be one that reads. */
    public void handOver(Task task) {
        goOn(all.threads().answering(), task);
    }

    /**
     * Runs something when the client leaves before it is sent an answer: nothing is read meanwhile, and nothing else would
     * tell.
     */
    void whenLeft(Departures departures, Runnable task) {
        synchronized (this) {
            if (phase == Phase.WORKING) {
                departure.close();
                departure = departures.watch(
                        core.getConnectionMetaData().getConnection().getEndPoint(), task);
            }
        }
    }

    /** Goes on with what comes later, when it has come. */
    public void goOnWith(CompletableFuture<Task> later) {
        synchronized (this) {
            handedOn++;
        }
        later.whenComplete((task, failure) -> goOn(all.threads().answering(), () -> {
            if (failure != null) {
                throw new IllegalStateException("there is nothing to answer", failure);
            }
            task.run();
        }));
    }

    /** Goes on when the whole body has come, or will not come: it is then read without waiting. */
    public void whenReceived(Task task) {
        ReceivedBody body = new ReceivedBody(RequestBody.MAX_BYTES);
        request.receive(body);
        if (RequestBody.isRefusedUnread(request) || body.takeFrom(core)) {
            goOn(body, task);
            return;
        }
        Receiving rest = new Receiving(body, task);
        synchronized (this) {
            if (phase != Phase.WORKING) {
                return;
            }
            phase = Phase.RECEIVING;
            handedOn++;
            receiving = rest;
            since = all.now();
            due = since.plus(RequestBody.MAX_TIME);
        }
        held.hold(body.size(), List.of());
        core.demand(rest);
    }

    private void goOn(ReceivedBody body, Task task) {
        if (body.size() > LARGE_BODY_BYTES || (body.size() > 0 && RequestBody.isPacked(request))) {
            goOn(all.threads().large(), task);
        } else {
            run(task);
        }
    }

    /** Takes parts of the body as they come, on the threads that read. */
    private final class Receiving implements Runnable {
        private final ReceivedBody body;
        private final Task task;

        Receiving(ReceivedBody body, Task task) {
            this.body = body;
            this.task = task;
        }

        @Override
        public void run() {
            boolean complete = body.takeFrom(core);
            held.hold(body.size(), List.of());
            if (complete) {
                end(null);
            } else {
                core.demand(this);
            }
        }

        /** @param failure why it ends before all has come; null when all has */
        void end(@Nullable Throwable failure) {
            synchronized (Exchange.this) {
                if (phase != Phase.RECEIVING) {
                    return;
                }
                phase = Phase.WORKING;
                due = null;
            }
            if (failure != null) {
                body.fail(failure);
            }
            Exchange.this.goOn(all.threads().answering(), () -> Exchange.this.goOn(body, task));
        }
    }

    void send(HttpError error) {
        send(error, false);
    }

    /** @param anew without what was said of another answer before */
    private void send(HttpError error, boolean anew) {
        byte[] body = Responses.body(error.error(), error.reason());
        send(error.status(), Responses.JSON, List.of(body), () -> {
            if (anew) {
                Responses.reset(response);
            }
            error.headers().forEach(response::setHeader);
            RequestMeters.refuse(core, error);
        });
    }

    /** Begins to send JSON, and returns. */
    public void send(int status, byte[] json) {
        send(status, Responses.JSON, List.of(json));
    }

    /** Begins to send an answer of parts that follow one another, and returns. */
    public void send(int status, String contentType, List<byte[]> body) {
        send(status, contentType, body, () -> {});
    }

    /** @param headers sets more of them, once it is sure that the response is still this request's */
    private void send(int status, String contentType, List<byte[]> body, Runnable headers) {
        int length = body.stream().mapToInt(part -> part.length).sum();
        if (beginSending(body, length)) {
            headers.run();
            Responses.describe(response, status, contentType, length);
            Responses.closeIfUnread(core, response);
            if (request.getMethod().equals("HEAD")) {
                async.complete();
            } else {
                Sending.begin(response, body, async, () -> held.hold(0, body));
            }
        }
    }

    /** Sends an answer that has no body. */
    public void send(int status) {
        if (beginSending(List.of(), 0)) {
            response.setStatus(status);
            Responses.closeIfUnread(core, response);
            async.complete();
        }
    }

    private boolean beginSending(List<byte[]> body, int length) {
        boolean later;
        synchronized (this) {
            if (phase == Phase.SENDING || phase == Phase.ENDED) {
                return false;
            }
            phase = Phase.SENDING;
            later = handedOn > 0;
            departure.close();
            since = all.now();
            due = since.plus(SEND_TIME).plusSeconds(length / MIN_BYTES_PER_SECOND);
        }
        request.receive(null);
        // On the request's own thread the answer is written next: only what the client does not take is held for it.
        held.hold(0, later ? body : List.of());
        return true;
    }

    /** How large the body is that was received, or announced. */
    public long bodyBytes() {
        return Math.max(held.received(), request.getContentLengthLong());
    }

    /** Whether memory is held while the client is waited for. */
    synchronized boolean holdsForClient() {
        return due != null && !held.isNothing();
    }

    /** Since when it has been waited for. */
    synchronized Instant since() {
        return since;
    }

    /** Waits no longer for a client that takes too long. */
    void sweep(Instant now) {
        Receiving unfinished;
        synchronized (this) {
            if (due == null || !now.isAfter(due)) {
                return;
            }
            unfinished = phase == Phase.RECEIVING ? receiving : null;
        }
        if (unfinished == null) {
            cutOff();
        } else {
            unfinished.end(new TimeoutException("the body took too long"));
        }
    }

    /** Closes the connection, and with it all that waits for it. What is held is as good as free. */
    void cutOff() {
        held.hold(0, List.of());
        core.getConnectionMetaData()
                .getConnection()
                .getEndPoint()
                .close(new TimeoutException("the client is too slow"));
    }

    /** Nothing more comes of it: the last byte is out, or the client is gone. */
    void end() {
        List<Runnable> tasks;
        synchronized (this) {
            if (phase == Phase.ENDED) {
                return;
            }
            phase = Phase.ENDED;
            departure.close();
            due = null;
            tasks = List.copyOf(atEnd);
            atEnd.clear();
        }
        held.end();
        tasks.forEach(Runnable::run);
    }
}
