package dev.matview.server.http.exchange;

import dev.matview.server.process.MemoryExhaustion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import javax.servlet.AsyncContext;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee8.nested.HttpOutput;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a body to Jetty, which sends it piece by piece as the client reads, and completes the request when it is out. */
final class Sending {

    private static final Logger log = LoggerFactory.getLogger(Sending.class);

    private Sending() {}

    /** @param waits run when the client has not taken all at once; perhaps when it has, a moment later */
    static void begin(HttpServletResponse response, List<byte[]> body, AsyncContext async, Runnable waits) {
        try {
            ServletOutputStream out = response.getOutputStream();
            if (body.size() == 1 && out instanceof HttpOutput jetty) {
                // One write, with the head: the turns that Jetty takes with a listener cost more than the write itself.
                Whole whole = new Whole(async);
                jetty.sendContent(ByteBuffer.wrap(body.get(0)), whole);
                if (!whole.over) {
                    waits.run();
                }
            } else {
                out.setWriteListener(new Parts(out, body, async, waits));
            }
        } catch (IOException e) {
            log.debug("A client was gone before its answer", e);
            async.complete();
        }
    }

    private static void failed(Throwable cause, AsyncContext async) {
        MemoryExhaustion.atTop(cause);
        log.debug("A client did not take its answer", cause);
        async.complete();
    }

    private static final class Whole implements Callback {

        private final AsyncContext async;
        private volatile boolean over;

        Whole(AsyncContext async) {
            this.async = async;
        }

        @Override
        public void succeeded() {
            over = true;
            async.complete();
        }

        @Override
        public void failed(Throwable cause) {
            over = true;
            Sending.failed(cause, async);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    private static final class Parts implements WriteListener {

        private final ServletOutputStream out;
        private final AsyncContext async;
        private final Iterator<byte[]> parts;
        private final Runnable waits;

        Parts(ServletOutputStream out, List<byte[]> body, AsyncContext async, Runnable waits) {
            this.out = out;
            this.parts = body.iterator();
            this.async = async;
            this.waits = waits;
        }

        @Override
        public void onWritePossible() throws IOException {
            // When it is not ready, it calls again as soon as it is.
            while (out.isReady()) {
                if (!parts.hasNext()) {
                    async.complete();
                    return;
                }
                out.write(parts.next());
            }
            waits.run();
        }

        @Override
        public void onError(Throwable cause) {
            Sending.failed(cause, async);
        }
    }
}
