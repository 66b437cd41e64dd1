package dev.matview.server.http.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The server's end of a connection, which can tell whether its client has left while it waits for an answer. HTTP/1.1 says
 * so only to who reads, and Jetty does not read before it has answered. A look may find the next request's first byte
 * instead; Jetty is given it when it reads.
 */
public final class ClientEndPoint extends SocketChannelEndPoint {

    /** Guarded by this. */
    private final ByteBuffer ahead = BufferUtil.allocate(1);

    private ClientEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /** A connector whose connections end in these. */
    public static ServerConnector connector(Server server, ConnectionFactory protocol) {
        return new ServerConnector(server, protocol) {
            @Override
            protected SocketChannelEndPoint newEndPoint(
                    SocketChannel channel, ManagedSelector selector, SelectionKey key) {
                ClientEndPoint client = new ClientEndPoint(channel, selector, key, getScheduler());
                client.setIdleTimeout(getIdleTimeout());
                return client;
            }
        };
    }

    @Override
    public synchronized int fill(ByteBuffer buffer) throws IOException {
        if (BufferUtil.isEmpty(ahead)) {
            return super.fill(buffer);
        }
        int taken = BufferUtil.append(buffer, ahead);
        return taken + Math.max(0, super.fill(buffer));
    }

    /**
     * Looks whether the client has left; one that has sent more meanwhile counts as there. Only while a request is being
     * answered: a byte found at any other time would be missed by who waits for it.
     */
    synchronized boolean hasLeft() {
        if (!isOpen()) {
            return true;
        }
        try {
            return BufferUtil.isEmpty(ahead) && super.fill(ahead) < 0;
        } catch (IOException e) {
            return true;
        }
    }
}
