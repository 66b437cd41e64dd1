package dev.matview.server.http;

import dev.matview.server.process.MemoryExhaustion;
import java.io.IOException;
import javax.servlet.AsyncContext;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a body to Jetty, which sends it piece by piece as the client reads, and completes the request when it is out. */
final class Sending implements WriteListener {

    private static final Logger log = LoggerFactory.getLogger(Sending.class);

    private final ServletOutputStream out;
    private final AsyncContext async;
    private byte @Nullable [] body;

    private Sending(ServletOutputStream out, byte[] body, AsyncContext async) {
        this.out = out;
        this.body = body;
        this.async = async;
    }

    static void begin(HttpServletResponse response, byte[] body, AsyncContext async) {
        try {
            ServletOutputStream out = response.getOutputStream();
            out.setWriteListener(new Sending(out, body, async));
        } catch (IOException e) {
            log.debug("A client was gone before its answer", e);
            async.complete();
        }
    }

    @Override
    public void onWritePossible() throws IOException {
        byte[] bytes = body;
        if (bytes != null) {
            body = null;
            out.write(bytes);
        }
        // Otherwise it is called again when the write is done.
        if (out.isReady()) {
            async.complete();
        }
    }

    @Override
    public void onError(Throwable cause) {
        MemoryExhaustion.atTop(cause);
        log.debug("A client did not take its answer", cause);
        async.complete();
    }
}
