package dev.matview.server.http.exchange;

import dev.matview.server.process.MemoryExhaustion;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import javax.servlet.AsyncContext;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a body to Jetty, which sends it piece by piece as the client reads, and completes the request when it is out. */
final class Sending implements WriteListener {

    private static final Logger log = LoggerFactory.getLogger(Sending.class);

    private final ServletOutputStream out;
    private final AsyncContext async;
    private final Iterator<byte[]> parts;
    private final Runnable waits;

    private Sending(ServletOutputStream out, List<byte[]> body, AsyncContext async, Runnable waits) {
        this.out = out;
        this.parts = body.iterator();
        this.async = async;
        this.waits = waits;
    }

    /** @param waits run each time that the client has not taken all it was given */
    static void begin(HttpServletResponse response, List<byte[]> body, AsyncContext async, Runnable waits) {
        try {
            ServletOutputStream out = response.getOutputStream();
            out.setWriteListener(new Sending(out, body, async, waits));
        } catch (IOException e) {
            log.debug("A client was gone before its answer", e);
            async.complete();
        }
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
        MemoryExhaustion.atTop(cause);
        log.debug("A client did not take its answer", cause);
        async.complete();
    }
}
