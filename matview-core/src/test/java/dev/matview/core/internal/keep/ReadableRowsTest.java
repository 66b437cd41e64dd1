package dev.matview.core.internal.keep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.Budget;
import dev.matview.core.paged.PagedInMemoryStore;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Views;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadableRowsTest {

    private static final FeedDefinition FEED =
            FeedDefinition.builder("posts").access(Access.ACL).build();
    private static final Budget UNPAID = Budget.unlimited();

    private final PagedKeeping keeping =
            new PagedKeeping(new PagedInMemoryStore(new ManualScheduler()), "v", UserDatabases.standard());

    private StoredGeneration generation(int rows) {
        List<Row> put = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
            put.add(new Row("userdb-a", "" + i, key, new byte[] {'{', '}'}, Acl.OPEN));
        }
        SliceDelta slice = new SliceDelta("userdb-a", Views.position(1), put, Set.of());
        ViewHead head = new ViewHead(1, "f", Instant.EPOCH, 1, 0);
        return Objects.requireNonNull(
                keeping.commit(FEED, null, new ViewDelta("v", 0, true, head, List.of(slice), Set.of())));
    }

    @Test
    void ofMoreThanAreCountedNobodyIsToldHowMany() {
        StoredGeneration generation = generation(ReadableRows.MOST_COUNTED + 1);

        assertThat(new ReadableRows(generation, Caller.anonymous(), generation.size(), UNPAID).size())
                .isEqualTo(ReadableRows.UNKNOWN);
        assertThat(new ReadableRows(generation, Caller.anonymous(), ReadableRows.MOST_COUNTED, UNPAID).size())
                .as("a feed that shows so many")
                .isEqualTo(ReadableRows.MOST_COUNTED);
    }

    @Test
    void aPageBeginsAndEndsWhereverItIsAskedFor() {
        StoredGeneration generation = generation(3_000);
        ReadableRows rows = new ReadableRows(generation, Caller.anonymous(), 2_500, UNPAID);

        List<Row> page = rows.page(generation.page(null, 9, 1).get(0), 1_500, 2_000);

        assertThat(page).hasSize(2_500 - 1_510);
        assertThat(page.get(0).id()).isEqualTo("1510");
    }
}
