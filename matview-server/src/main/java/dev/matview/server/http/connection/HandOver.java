package dev.matview.server.http.connection;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lets other threads go on with a request: those that read and write are not to wait for anything. What waits for nothing and
 * takes no time need not be handed over, which would cost more than answering it.
 */
public final class HandOver extends Handler.Wrapper {

    private final Function<Request, @Nullable Executor> threads;

    /** @param threads by which a request is answered; null for the one that has read it */
    public HandOver(Function<Request, @Nullable Executor> threads, Handler answering) {
        super(answering);
        this.threads = threads;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Executor others = threads.apply(request);
        if (others == null) {
            answer(request, response, callback);
            return true;
        }
        try {
            others.execute(() -> answer(request, response, callback));
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
