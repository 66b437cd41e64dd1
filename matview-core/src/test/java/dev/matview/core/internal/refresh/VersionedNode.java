package dev.matview.core.internal.refresh;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Settings;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.DefaultGlobalFeeds;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.ViewStore;

/** A server as a version of matview would be whose views have another format. */
public final class VersionedNode {

    private VersionedNode() {}

    public static GlobalFeeds of(int format, FeedRegistry registry, Aggregator databases, ViewStore store) {
        return of(format, Settings.defaults().maxViewBytes(), registry, databases, store);
    }

    /** The same with a bound for the rows of all views. */
    public static GlobalFeeds of(
            int format, long maxViewBytes, FeedRegistry registry, Aggregator databases, ViewStore store) {
        return DefaultGlobalFeeds.create(
                registry,
                databases,
                store,
                null,
                UserDatabases.standard(),
                CertificateRules.denied(),
                Settings.builder().maxViewBytes(maxViewBytes).build(),
                format);
    }
}
