using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Storage;

public sealed class MigratorTests : IDisposable
{
    private static readonly Migration One = new(1, () => "CREATE TABLE a (n INTEGER); CREATE TABLE b (t TEXT);");
    private static readonly Migration Two = new(2, () => "ALTER TABLE a ADD COLUMN m INTEGER DEFAULT 7;");
    private static readonly Migration Broken = new(3, () => "CREATE TABLE c (n INTEGER); INSERT INTO nowhere VALUES (1);");

    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _time = new();

    private string File1 => _dir.PathOf("edge.sqlite");

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void Numbers_are_in_order_without_gaps_and_their_text_is_embedded()
    {
        Assert.Equal(Enumerable.Range(1, Migration.All.Count), Migration.All.Select(migration => migration.Version));
        Assert.All(Migration.All, migration => Assert.Matches("(?m)^(CREATE|ALTER) TABLE", migration.Sql()));
    }

    [Fact]
    public void A_new_file_gets_every_step_and_no_backup()
    {
        Apply(One, Two);
        Assert.Equal(2, Number("PRAGMA user_version"));
        Assert.False(Directory.Exists(_dir.PathOf("backups")));
    }

    [Fact]
    public void An_old_file_is_backed_up_whole_before_it_changes()
    {
        Apply(One);
        Number("INSERT INTO a VALUES (41), (42)");
        Apply(One, Two);

        Assert.Equal(14, Number("SELECT SUM(m) FROM a"));
        string backup = Assert.Single(Directory.GetFiles(_dir.PathOf("backups")));
        Assert.Equal("edge.schema-1.20260101-000000-000.sqlite", Path.GetFileName(backup));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        using EdgeConnection copy = new(DatabaseFile.Connect(backup, SqliteOpenMode.ReadOnly));
        Assert.Equal(83, copy.Number("SELECT SUM(n) FROM a"));
        Assert.Equal(1, copy.Number("PRAGMA user_version"));
    }

    [Fact]
    public void A_file_that_is_up_to_date_is_left_alone()
    {
        Apply(One, Two);
        Apply(One, Two);
        Assert.False(Directory.Exists(_dir.PathOf("backups")));
    }

    [Fact]
    public void A_step_that_fails_leaves_the_steps_before_it_and_nothing_of_its_own()
    {
        Apply(One);
        Assert.Throws<SqliteException>(() => Apply(One, Two, Broken));

        Assert.Equal(2, Number("PRAGMA user_version"));
        Assert.Equal(0, Number("SELECT COUNT(*) FROM sqlite_master WHERE name = 'c'"));
        Apply(One, Two);
    }

    [Fact]
    public void A_newer_file_is_refused_with_both_numbers_and_the_fix()
    {
        Apply(One, Two);
        StorageException cause = Assert.Throws<StorageException>(() => Apply(One));

        Assert.Equal(StorageFailure.NewerSchema, cause.Failure);
        Assert.Contains("has schema 2", cause.Message, StringComparison.Ordinal);
        Assert.Contains("knows 1 at most", cause.Message, StringComparison.Ordinal);
        Assert.Contains("Install the newer openclaw", cause.Message, StringComparison.Ordinal);
        Assert.Contains(_dir.PathOf("backups"), cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_refuses_a_newer_file_too()
    {
        await EdgeDatabase.Open(File1, _time, NullLogger.Instance).DisposeAsync();
        Number("PRAGMA user_version=999");
        StorageException cause = Assert.Throws<StorageException>(() => EdgeDatabase.Open(File1, _time, NullLogger.Instance));
        Assert.Equal(StorageFailure.NewerSchema, cause.Failure);
    }

    [Fact]
    public void Only_the_newest_backups_are_kept()
    {
        Apply(One);
        for (int i = 0; i < 8; i++)
        {
            Number("PRAGMA user_version=1");
            _time.Advance(TimeSpan.FromSeconds(1));
            Apply(One, new Migration(2, () => "CREATE TABLE IF NOT EXISTS c (n INTEGER);"));
        }

        string[] kept = [.. Directory.GetFiles(_dir.PathOf("backups")).Select(path => Path.GetFileName(path)).Order()];
        Assert.Equal(5, kept.Length);
        Assert.Equal("edge.schema-1.20260101-000004-000.sqlite", kept[0]);
        Assert.Equal("edge.schema-1.20260101-000008-000.sqlite", kept[4]);
    }

    private void Apply(params Migration[] migrations)
    {
        DatabaseFile.Prepare(File1);
        using EdgeConnection connection = new(DatabaseFile.Connect(File1, SqliteOpenMode.ReadWriteCreate));
        connection.Script(DatabaseFile.WriterPragmas);
        Migrator.Apply(connection, File1, migrations, _time, NullLogger.Instance);
    }

    private long Number(string sql)
    {
        using EdgeConnection connection = new(DatabaseFile.Connect(File1, SqliteOpenMode.ReadWrite));
        return connection.Number(sql);
    }
}
