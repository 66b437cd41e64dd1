package dev.matview.core.files;

import dev.matview.core.access.Access;
import dev.matview.core.access.DatabasePattern;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.Refresh;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import java.util.List;
import java.util.OptionalInt;

/** A feed that does something whenever its selector is asked for, which is at each document. */
record MeddlingFeed(FeedDefinition feed, Runnable action) implements FeedDefinition {

    @Override
    public Selector selector() {
        action.run();
        return feed.selector();
    }

    @Override
    public String collection() {
        return feed.collection();
    }

    @Override
    public String viewName() {
        return feed.viewName();
    }

    @Override
    public Projection fields() {
        return feed.fields();
    }

    @Override
    public SortOrder sort() {
        return feed.sort();
    }

    @Override
    public OptionalInt limit() {
        return feed.limit();
    }

    @Override
    public List<DatabasePattern> databases() {
        return feed.databases();
    }

    @Override
    public Refresh refresh() {
        return feed.refresh();
    }

    @Override
    public Access access() {
        return feed.access();
    }

    @Override
    public List<String> expand() {
        return feed.expand();
    }

    @Override
    public String fingerprint() {
        return feed.fingerprint();
    }
}
