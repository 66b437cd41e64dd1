package dev.matview.core.internal.read;

import dev.matview.core.internal.read.ServedPage.RowId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The keys by which clients know rows: the same on every server, after every restart and rebuild, and saying nothing of the
 * user or the document. Immutable and thread-safe.
 */
public final class RowKeys {

    /** Stands for the view of the documents in a user's own database, which are in no view. */
    public static final String OWN_VIEW = "own:";

    private static final int BYTES = 16;

    private final Hmac.Key key;

    RowKeys(Hmac.Key key) {
        this.key = key;
    }

    List<String> of(String view, List<RowId> rows) {
        Hmac hmac = key.hmac();
        List<String> keys = new ArrayList<>(rows.size());
        for (RowId row : rows) {
            byte[] value = hmac.add(view).add(row.database()).add(row.id()).finish();
            keys.add(Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(value, BYTES)));
        }
        return List.copyOf(keys);
    }
}
