package dev.matview.sql.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreProvider;
import dev.matview.core.spi.ViewStoreProvider.Place;
import dev.matview.sql.SqlViewStore;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @Test
    void severalHostsAndParametersAreRead() {
        DatabaseUrl url = DatabaseUrl.of(
                URI.create(
                        "postgresql://ma%40t:a%3Ab@db1,db2:5433,10.0.0.7/vi%20ews?sslmode=verify-full&passwordFile=/run/pw&schema=x"));

        assertThat(url.hosts()).containsExactly("db1", "db2", "10.0.0.7");
        assertThat(url.ports()).containsExactly(5432, 5433, 5432);
        assertThat(url.database()).isEqualTo("vi ews");
        assertThat(url.user()).isEqualTo("ma@t");
        assertThat(url.password()).isEqualTo("a:b");
        assertThat(url.passwordFile()).isEqualTo(Path.of("/run/pw"));
        assertThat(url.schema()).isEqualTo("x");
        assertThat(url.options()).containsOnlyKeys("sslmode");
        assertThat(url.toString()).isEqualTo("postgresql://db1:5432,db2:5433,10.0.0.7:5432/vi ews");
    }

    @Test
    void anAddressMayBeOfVersion6() {
        DatabaseUrl url = DatabaseUrl.of(URI.create("postgresql://ann@[::1]:7/views"));

        assertThat(url.hosts()).containsExactly("::1");
        assertThat(url.ports()).containsExactly(7);
    }

    @Test
    void whatIsNotSaidIsUsual() {
        DatabaseUrl url = DatabaseUrl.of(URI.create("postgres://db/views?user=ann"));

        assertThat(url.schema()).isEqualTo("matview");
        assertThat(url.user()).isEqualTo("ann");
        assertThat(url.password()).isNull();
        assertThat(url.options()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://hunter2@db",
                "postgresql://hunter2@db/a/b",
                "postgresql:///hunter2",
                "postgresql://u:hunter2@/db",
                "postgresql://u:hunter2@db,/x",
                "postgresql://u:hunter2@db:0/x",
                "postgresql://u:hunter2@db:99999/x",
                "postgresql://u:hunter2@db/x?password=hunter2",
                "postgresql://u:hunter2@db/x?hunter2=1",
                "postgresql://u:hunter2@db/x?schema=PG",
                "postgresql://u:hunter2@db/x?passwordFile=/no/such/file"
            })
    void whatCannotBeIsRefusedWithoutThePassword(String url) {
        assertThatThrownBy(() -> SqlViewStore.of(URI.create(url)))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
    }

    @Test
    void theStoreIsFoundByItsSchemeAndAsksNothingYet() {
        try (Scheduler scheduler = Scheduler.system()) {
            for (String scheme : new String[] {"postgresql", "POSTGRES"}) {
                URI url = URI.create(scheme + "://u:p@192.0.2.1/views");
                try (ViewStore store =
                        ViewStoreProvider.find(new Place(url, scheduler)).orElseThrow()) {
                    assertThat(store).isInstanceOf(SqlViewStore.class);
                }
            }
        }
    }
}
