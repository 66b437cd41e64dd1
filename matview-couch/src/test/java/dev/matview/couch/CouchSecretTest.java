package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.couch.internal.view.SecretDocument;
import dev.matview.couch.internal.view.ViewNames;
import dev.matview.couch.internal.view.ViewPointers;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The document that holds a store's secret, as an administrator sees it. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchSecretTest {

    private final TestDatabases databases = TestCouch.get().databases();
    private final CouchCluster cluster = TestCouch.get().cluster().build();
    private final ViewStore store =
            CouchViewStore.builder(cluster).prefix(databases.prefix()).build();
    private final ViewPointers documents = new ViewPointers(cluster.client(), new ViewNames(databases.prefix()).meta());

    @AfterEach
    void close() {
        store.close();
        databases.close();
        cluster.close();
    }

    @Test
    void aSealThatAnAdministratorChangesByHandIsTakenOver() throws InterruptedException {
        StoreSecret first = store.secret();
        ObjectNode document = documents.get(SecretDocument.ID);
        byte[] fresh = StoreSecret.random().seal();
        document.set("sealBefore", document.get("seal"));
        document.put("seal", Base64.getEncoder().encodeToString(fresh));

        documents.put(SecretDocument.ID, document);

        assertThat(store.secret().seal()).isEqualTo(fresh);
        assertThat(store.secret().sealBefore()).contains(first.seal());
        assertThat(store.secret().lasting()).isEqualTo(first.lasting());
    }

    @Test
    void aBrokenSecretIsSaidAndNotQuotedNorReplaced() throws InterruptedException {
        store.secret();
        ObjectNode document = documents.get(SecretDocument.ID);
        document.put("seal", "not-b64!");
        documents.put(SecretDocument.ID, document);

        assertThatThrownBy(store::secret)
                .isInstanceOf(ViewStoreException.class)
                .hasMessageContaining("the document secret is broken")
                .hasMessageNotContaining("not-b64");
        assertThatThrownBy(store::rotateSecret).isInstanceOf(ViewStoreException.class);
        assertThat(documents.get(SecretDocument.ID).get("seal").textValue()).isEqualTo("not-b64!");
    }
}
