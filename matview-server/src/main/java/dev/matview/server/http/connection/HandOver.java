package dev.matview.server.http.connection;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets other threads go on with a request: those that read and write are not to wait for anything. What is told to take no
 * time need not be handed over, which would cost more than answering it; but never so many at once that nobody would be left to
 * read and write, should they take time nevertheless.
 */
public final class HandOver extends Handler.Wrapper {

    private final Function<Request, Executor> threads;
    private final Predicate<Request> quick;
    private final Semaphore here;

    /** @param threads by which a request is answered */
    public HandOver(Function<Request, Executor> threads, Handler answering) {
        this(threads, request -> false, 0, answering);
    }

    /**
     * @param quick which requests can be answered by the thread that has read them
     * @param most how many of those at once
     */
    public HandOver(Function<Request, Executor> threads, Predicate<Request> quick, int most, Handler answering) {
        super(answering);
        this.threads = threads;
        this.quick = quick;
        this.here = new Semaphore(most);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (quick.test(request) && here.tryAcquire()) {
            try {
                answer(request, response, callback);
            } finally {
                here.release();
            }
            return true;
        }
        try {
            threads.apply(request).execute(() -> answer(request, response, callback));
        } catch (RejectedExecutionException stopping) {
            Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
        }
        return true;
    }

    private void answer(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            }
        } catch (Throwable e) {
            // JsonErrors looks at it.
            Response.writeError(request, response, callback, e);
        }
    }
}
