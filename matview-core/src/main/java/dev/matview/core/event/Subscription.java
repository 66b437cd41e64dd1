package dev.matview.core.event;

/**
 * Something that was asked to be told of later events. Closing it ends that; an event under way on another thread may
 * still arrive. Closing twice does nothing.
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
