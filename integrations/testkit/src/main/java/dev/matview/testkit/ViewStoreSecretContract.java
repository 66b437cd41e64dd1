package dev.matview.testkit;

import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every store does with its secret. */
abstract class ViewStoreSecretContract extends ViewStoreRaceContract {

    @Test
    void whoeverOpensTheStoreIsGivenOneSecretWhichIsNobodyElses() {
        StoreSecret first = store().secret();
        StoreSecret second = store().secret();

        assertThat(second).isEqualTo(first);
        assertThat(first.lasting()).hasSize(StoreSecret.BYTES).isNotEqualTo(first.seal());
        assertThat(first.sealBefore()).isEmpty();
        assertThat(first.toString()).isEqualTo("StoreSecret[hidden]");
    }

    @Test
    void ofSeveralWhoMakeTheSecretAtOnceOneDoes() throws Exception {
        List<ViewStore> stores = Stream.generate(this::store).limit(8).toList();
        CyclicBarrier together = new CyclicBarrier(stores.size());
        List<CompletableFuture<StoreSecret>> secrets = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(stores.size());
        try {
            for (ViewStore store : stores) {
                secrets.add(CompletableFuture.supplyAsync(
                        () -> {
                            await(together);
                            return store.secret();
                        },
                        threads));
            }
            assertThat(secrets.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRotatedSecretHasANewSealKnowsTheOneBeforeAndKeepsTheRest() {
        ViewStore store = store();
        StoreSecret first = store.secret();

        StoreSecret second = store.rotateSecret();
        StoreSecret third = store().rotateSecret();

        assertThat(second.lasting()).isEqualTo(first.lasting());
        assertThat(second.seal()).isNotEqualTo(first.seal());
        assertThat(second.sealBefore()).contains(first.seal());
        assertThat(third.lasting()).isEqualTo(first.lasting());
        assertThat(third.sealBefore()).contains(second.seal());
        assertThat(store.secret()).isEqualTo(third);
    }

    @Test
    void aSecretLivesBesideViewsAndIsNoView() {
        ViewStore store = store();
        StoreSecret secret = store.secret();
        store.commit(whole("secret", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        store.drop("secret");

        assertThat(store.secret()).isEqualTo(secret);
        assertThat(store().read("secret", 0)).isEmpty();
    }
}
