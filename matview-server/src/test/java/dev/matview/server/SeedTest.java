package dev.matview.server;

import dev.matview.testkit.SeedContract;

class SeedTest extends SeedContract {}
