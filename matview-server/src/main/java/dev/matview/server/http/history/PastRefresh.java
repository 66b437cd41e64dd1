package dev.matview.server.http.history;

import dev.matview.core.RefreshListener.Run;
import dev.matview.core.RefreshResult;
import org.jspecify.annotations.Nullable;

/**
 * A refresh that has ended. Immutable.
 *
 * @param result null when it failed
 * @param reason why it failed; null when it did not
 */
public record PastRefresh(
        Run run, @Nullable RefreshResult result, @Nullable String reason) {}
