package dev.matview.core.internal.refresh;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import java.util.Optional;

/** A stage that does what another one does, but for what a test has it do otherwise. */
public abstract class DelegatingViewStage implements ViewStage {

    private final ViewStage stage;

    protected DelegatingViewStage(ViewStage stage) {
        this.stage = stage;
    }

    @Override
    public Optional<ViewHead> head() {
        return stage.head();
    }

    @Override
    public ViewDelta read() {
        return stage.read();
    }

    @Override
    public boolean add(ViewDelta delta) {
        return stage.add(delta);
    }

    @Override
    public boolean commit(ViewDelta delta) {
        return stage.commit(delta);
    }
}
