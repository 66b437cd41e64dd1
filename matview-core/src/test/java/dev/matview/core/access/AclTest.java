package dev.matview.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AclTest {

    private static final String OWNER = "userdb-owner";

    private static final Caller THE_OWNER = new Caller("did:owner", OWNER);
    private static final Caller BOB = new Caller("did:bob", "userdb-bob");
    private static final Caller EVE = new Caller("did:eve", "userdb-eve");

    private static boolean allows(String document, Caller caller) {
        return allows(document, caller, CertificateRules.denied());
    }

    private static boolean allows(String document, Caller caller, CertificateRules rules) {
        return Acl.of(Json.parse(document)).allows(caller, OWNER, rules);
    }

    private static String acl(String allow, String deny) {
        return "{\"_id\":\"p\",\"acl\":{\"read\":{\"allow\":" + allow + ",\"deny\":" + deny + "}}}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"acl\":{}}",
                "{\"acl\":{\"write\":{\"allow\":[\"*\"]}}}",
                "{\"acl\":{\"read\":{}}}",
                "{\"acl\":{\"read\":{\"allow\":[]}}}",
                "{\"acl\":{\"read\":{\"deny\":[]}}}"
            })
    void withoutEntriesOnlyTheOwnerReads(String document) {
        assertThat(allows(document, THE_OWNER)).isTrue();
        assertThat(allows(document, BOB)).isFalse();
        assertThat(allows(document, Caller.anonymous())).isFalse();
    }

    @Test
    void aStarAllowsEverybody() {
        String document = acl("[\"*\"]", "[]");

        assertThat(allows(document, BOB)).isTrue();
        assertThat(allows(document, Caller.anonymous())).isTrue();
        assertThat(Acl.of(Json.parse(document)).isOpen()).isTrue();
        assertThat(Acl.of(Json.parse(document))).isSameAs(Acl.OPEN);
    }

    @Test
    void aDidAllowsThatCallerOnly() {
        String document = acl("[\"did:bob\"]", "[]");

        assertThat(allows(document, BOB)).isTrue();
        assertThat(allows(document, EVE)).isFalse();
        assertThat(allows(document, THE_OWNER)).isTrue();
        assertThat(allows(document, Caller.anonymous())).isFalse();
    }

    @Test
    void namesAreComparedWhole() {
        assertThat(allows(acl("[\"did:bob\"]", "[]"), new Caller("did:bobby", null)))
                .isFalse();
        assertThat(allows(acl("[\"did:bob\"]", "[]"), new Caller("DID:BOB", null)))
                .isFalse();
        assertThat(allows(acl("[\"did:*\"]", "[]"), BOB)).isFalse();
        assertThat(allows(acl("[\"\"]", "[]"), Caller.anonymous())).isFalse();
    }

    @Test
    void denyWins() {
        String document = acl("[\"*\",\"did:eve\"]", "[\"did:eve\"]");

        assertThat(allows(document, EVE)).isFalse();
        assertThat(allows(document, BOB)).isTrue();
        assertThat(Acl.of(Json.parse(document)).isOpen()).isFalse();
    }

    @Test
    void denyWinsOverTheOwnerToo() {
        assertThat(allows(acl("[\"*\"]", "[\"did:owner\"]"), THE_OWNER)).isFalse();
        assertThat(allows(acl("[\"*\"]", "[\"*\"]"), THE_OWNER)).isFalse();
    }

    @Test
    void ownershipIsOfTheDatabase() {
        assertThat(allows("{}", new Caller(null, OWNER))).isTrue();
        assertThat(allows("{}", new Caller("did:owner", null))).isFalse();
        assertThat(allows("{}", new Caller("did:owner", "userdb-other"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"acl\":null}",
                "{\"acl\":\"*\"}",
                "{\"acl\":[\"*\"]}",
                "{\"acl\":true}",
                "{\"acl\":{\"read\":null}}",
                "{\"acl\":{\"read\":\"*\"}}",
                "{\"acl\":{\"read\":[\"*\"]}}",
                "{\"acl\":{\"read\":{\"allow\":\"*\"}}}",
                "{\"acl\":{\"read\":{\"allow\":null}}}",
                "{\"acl\":{\"read\":{\"allow\":{\"*\":true}}}}",
                "{\"acl\":{\"read\":{\"allow\":[\"*\"],\"deny\":\"did:eve\"}}}",
                "{\"acl\":{\"read\":{\"allow\":[\"*\"],\"deny\":null}}}",
                "{\"acl\":{\"read\":{\"allow\":[\"*\"],\"deny\":[17]}}}",
                "{\"acl\":{\"read\":{\"allow\":[\"*\"],\"deny\":[null]}}}",
                "{\"acl\":{\"read\":{\"allow\":[\"*\"],\"deny\":[[\"did:eve\"]]}}}"
            })
    void whatCannotBeUnderstoodLetsNobodyIn(String document) {
        assertThat(allows(document, BOB)).isFalse();
        assertThat(allows(document, Caller.anonymous())).isFalse();
        assertThat(allows(document, THE_OWNER)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[17]", "[null]", "[true]", "[[\"did:bob\"]]", "[[\"*\"]]"})
    void anAllowEntryOfUnknownFormAllowsNobody(String allow) {
        assertThat(allows(acl(allow, "[]"), BOB)).isFalse();
        assertThat(allows(acl(allow, "[]"), THE_OWNER)).isTrue();
    }

    @Test
    void aCertificateRuleThatNobodyDecidesIsClosed() {
        String rule = "[{\"certificate\":\"member\",\"issuer\":\"did:club\"}]";

        assertThat(allows(acl(rule, "[]"), BOB)).isFalse();
        assertThat(allows(acl(rule, "[]"), THE_OWNER)).isTrue();
        assertThat(allows(acl("[\"*\"]", rule), BOB)).isFalse();
        assertThat(Acl.of(Json.parse(acl("[\"*\"]", rule))).isOpen()).isFalse();
    }

    @Test
    void anEmbedderDecidesOnCertificateRules() {
        CertificateRules members = new CertificateRules() {
            @Override
            public boolean allows(JsonNode rule, Caller caller) {
                return rule.path("member").asText().equals(caller.did());
            }

            @Override
            public boolean denies(JsonNode rule, Caller caller) {
                return allows(rule, caller);
            }
        };
        String allow = acl("[{\"member\":\"did:bob\"}]", "[]");
        String deny = acl("[\"*\",{\"member\":\"did:eve\"}]", "[{\"member\":\"did:eve\"}]");

        assertThat(allows(allow, BOB, members)).isTrue();
        assertThat(allows(allow, EVE, members)).isFalse();
        assertThat(allows(deny, BOB, members)).isTrue();
        assertThat(allows(deny, EVE, members)).isFalse();
    }

    @Test
    void anAclSurvivesItsJson() {
        for (String document : new String[] {
            "{}",
            "{\"acl\":7}",
            acl("[\"*\"]", "[]"),
            acl("[\"did:a\",\"did:b\",{\"r\":1}]", "[\"did:c\",{\"r\":2},{\"s\":[1,{}]}]")
        }) {
            Acl acl = Acl.of(Json.parse(document));

            assertThat(Acl.ofRead(Json.parse(acl.json().toString()))).isEqualTo(acl);
        }
    }

    @Test
    void equalAclsHaveEqualJson() {
        Acl one = Acl.of(Json.parse(acl("[\"b\",\"a\",{\"r\":1},{\"q\":2},{\"p\":3}]", "[]")));
        Acl other = Acl.of(Json.parse(acl("[{\"p\":3},{\"q\":2},{\"r\":1},\"a\",\"b\",\"a\"]", "[]")));

        assertThat(one).isEqualTo(other);
        assertThat(one.json().toString())
                .isEqualTo("{\"allow\":[\"a\",\"b\",{\"p\":3},{\"q\":2},{\"r\":1}],\"deny\":[]}")
                .isEqualTo(other.json().toString());
    }

    @Test
    void anAclIsACopyOfItsDocument() {
        JsonNode document = Json.parse(acl("[{\"r\":1}]", "[]"));
        Acl acl = Acl.of(document);
        ((ObjectNode) document.at("/acl/read/allow/0")).put("r", 2);

        assertThat(acl).isEqualTo(Acl.of(Json.parse(acl("[{\"r\":1}]", "[]"))));
    }
}
