package dev.matview.server.http.socket;

import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.ExtensionStack;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.OutgoingEntry;
import org.eclipse.jetty.websocket.core.OutgoingFrames;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;

/**
 * Says in words of ours why Jetty closes a WebSocket: by itself it sends the message of the exception that made it do so,
 * with the names of classes and what else is in there.
 */
final class PlainFarewells {

    private PlainFarewells() {}

    /** Stands last before the frames of a session go out. */
    static void install(Configuration configured) {
        if (configured instanceof WebSocketCoreSession session) {
            ExtensionStack stack = session.getExtensionStack();
            OutgoingFrames out = stack.getNextOutgoing();
            stack.initialize(stack.getNextIncoming(), entry -> out.sendFrame(plain(entry)), session);
        }
    }

    private static OutgoingEntry plain(OutgoingEntry entry) {
        if (entry.getFrame().getOpCode() != OpCode.CLOSE) {
            return entry;
        }
        CloseStatus status = CloseStatus.getCloseStatus(entry.getFrame());
        // One without a cause is ours, or the client's own words to it.
        return status.getCause() == null
                ? entry
                : new OutgoingEntry.Builder(entry)
                        .frame(new CloseStatus(status.getCode(), words(status.getCode())).toFrame())
                        .build();
    }

    private static String words(int code) {
        return switch (code) {
            case CloseStatus.SHUTDOWN -> "idle for too long";
            case CloseStatus.PROTOCOL -> "a frame is not well-formed";
            case CloseStatus.BAD_PAYLOAD -> "text must be UTF-8";
            case CloseStatus.MESSAGE_TOO_LARGE -> "the message is too large";
            case CloseStatus.SERVER_ERROR -> "internal error";
            default -> "closed";
        };
    }
}
