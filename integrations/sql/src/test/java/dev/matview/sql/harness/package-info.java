/** A PostgreSQL for tests. */
package dev.matview.sql.harness;
