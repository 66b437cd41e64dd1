package dev.matview.server;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.DatabasePattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server is, in one line: version, feeds, databases, where from, how changes are noticed, and where its page is. */
final class StartLine {

    private StartLine() {}

    /** @param page where people look at it */
    static String of(SourceOptions options, Sources sources, GlobalFeeds feeds, String page) {
        List<FeedStatus> all = feeds.status();
        return new Main.Version().getVersion()[0] + " serves " + counted(all.size(), "feed") + " over "
                + counted(databases(all), "database") + " (" + sources.origin().documents() + "), registry "
                + (options.registry == null ? "of the sample" : options.registry) + ", views in "
                + options.place(sources.connections().clusters()).replaceFirst(":$", "") + "; changes: "
                + noticed(sources, all) + "; page " + page;
    }

    /** Those that several feeds cover are counted once, where they cover them by the same names. */
    private static int databases(List<FeedStatus> feeds) {
        Map<List<DatabasePattern>, Integer> byPatterns = new HashMap<>();
        for (FeedStatus status : feeds) {
            int databases = status.view() == null ? 0 : status.view().databases();
            byPatterns.merge(status.feed().databases(), databases, Math::max);
        }
        return byPatterns.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static String noticed(Sources sources, List<FeedStatus> feeds) {
        long continuous = feeds.stream()
                .filter(status -> status.feed().refresh().continuous())
                .count();
        if (continuous == 0) {
            return "at each feed's interval";
        }
        return sources.origin().changes()
                + (continuous == feeds.size() ? "" : " for " + continuous + " of the feeds, else at the interval");
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** The URL of an address and port. */
    static String url(String host, int port) {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** The reason that is at the root of a failure. */
    static @Nullable String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }
}
