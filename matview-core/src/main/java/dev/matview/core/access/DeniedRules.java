package dev.matview.core.access;

import com.fasterxml.jackson.databind.JsonNode;

/** Rules that let nobody in and keep everybody out. */
enum DeniedRules implements CertificateRules {
    ONLY;

    @Override
    public boolean allows(JsonNode rule, Caller caller) {
        return false;
    }

    @Override
    public boolean denies(JsonNode rule, Caller caller) {
        return true;
    }

    @Override
    public boolean mayChange() {
        return false;
    }
}
