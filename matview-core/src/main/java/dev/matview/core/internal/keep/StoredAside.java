package dev.matview.core.internal.keep;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedSlices;
import dev.matview.core.spi.PagedSlices.SliceState;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import java.util.ArrayList;
import java.util.List;

/** What is aside in a store that keeps the rows, of a view that is built. Immutable. */
public final class StoredAside extends StoredSlices {

    private final String view;
    private final ViewHead head;
    private final PagedViewStage stage;
    private final KnownSlices known;

    private StoredAside(String view, ViewHead head, PagedViewStage stage, KnownSlices known) {
        this.view = view;
        this.head = head;
        this.stage = stage;
        this.known = known;
    }

    /** What the stage has. */
    public static StoredAside of(String view, ViewHead head, PagedViewStage stage) {
        return new StoredAside(view, head, stage, KnownSlices.NONE.after(stage, 0));
    }

    /** What the first portion makes. */
    public static StoredAside first(ViewDelta portion, PagedViewStage stage) {
        return new StoredAside(portion.view(), portion.head(), stage, KnownSlices.NONE).after(portion);
    }

    /** The same, in the stage as it was opened again. */
    public StoredAside on(PagedViewStage opened) {
        return new StoredAside(view, head, opened, known);
    }

    /** With a portion that the stage has taken. */
    public StoredAside after(ViewDelta portion) {
        List<SliceState> changes = new ArrayList<>();
        // How many rows they have nobody asks before they are committed.
        portion.slices()
                .forEach(slice -> changes.add(new SliceState(slice.database(), slice.position(), slice.leftOut(), 0)));
        portion.dropped().forEach(database -> changes.add(new SliceState(database, null, LeftOut.NOTHING, 0)));
        return new StoredAside(view, portion.head(), stage, known.after(changes));
    }

    @Override
    KnownSlices known() {
        return known;
    }

    @Override
    PagedSlices stored() {
        return stage;
    }

    @Override
    public String view() {
        return view;
    }

    @Override
    public ViewHead head() {
        return head;
    }

    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, stage.rows());
    }

    @Override
    public long bytes() {
        return known.bytes();
    }
}
