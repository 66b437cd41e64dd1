package dev.matview.core;

import dev.matview.testkit.SeedContract;

class SeedTest extends SeedContract {}
