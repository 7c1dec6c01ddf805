using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Storage;

public sealed class EdgeDatabaseTests : IAsyncDisposable
{
    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _time = new();
    private readonly string _path;
    private EdgeDatabase _database;

    public EdgeDatabaseTests()
    {
        _path = _dir.PathOf("state/edge.sqlite");
        _database = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _dir.Dispose();
    }

    [Fact]
    public async Task What_was_written_is_read_and_survives_a_reopen()
    {
        await Put("a", "1");
        Assert.Equal("1", Get("a"));

        await _database.DisposeAsync();
        _database = Open();
        Assert.Equal("1", Get("a"));
    }

    [Fact]
    public void Durability_is_as_promised()
    {
        Assert.Equal("wal", Pragma("journal_mode"));
        Assert.Equal("2", PragmaOfWriter("synchronous"));
        Assert.Equal("1", PragmaOfWriter("foreign_keys"));
        Assert.Equal("2", PragmaOfWriter("auto_vacuum"));
        Assert.Equal("5000", PragmaOfWriter("busy_timeout"));
        Assert.Equal("4194304", PragmaOfWriter("journal_size_limit"));
        Assert.Equal("1", Pragma("query_only"));
    }

    [Fact]
    public void Page_caches_of_all_connections_fit_in_a_mebibyte()
    {
        Assert.Equal("-256", PragmaOfWriter("cache_size"));
        Assert.Equal("-256", Pragma("cache_size"));
        Assert.Equal("0", Pragma("mmap_size"));
    }

    [Fact]
    public void Directory_and_file_are_for_their_owner_only()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path + "-wal"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(_path)!));
    }

    [Fact]
    public async Task A_write_that_throws_fails_alone_in_its_batch()
    {
        using ManualResetEventSlim gate = new();
        Task blocker = _database.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(10)), default);
        Task before = Put("before", "1");
        Task broken = _database.WriteAsync(
            connection =>
            {
                PutNow(connection, "half", "1");
                throw new FormatException("mine");
            },
            default);
        Task refused = _database.WriteAsync(connection => connection.Execute("INSERT INTO idempotency VALUES ('t', NULL, 0, '')"), default);
        Task after = Put("after", "1");
        gate.Set();

        await Guard.Within(Task.WhenAll(blocker, before, after));
        FormatException mine = await Assert.ThrowsAsync<FormatException>(() => broken);
        Assert.Equal("mine", mine.Message);
        StorageException storage = await Assert.ThrowsAsync<StorageException>(() => refused);
        Assert.Equal(StorageFailure.Constraint, storage.Failure);
        Assert.Equal("1", Get("before"));
        Assert.Null(Get("half"));
        Assert.Equal("1", Get("after"));
    }

    [Fact]
    public async Task Writes_that_wait_share_one_commit()
    {
        await Put("warm", "1");
        long before = LogFrames();
        using ManualResetEventSlim gate = new();
        Task blocker = _database.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(10)), default);
        Task[] writes = [.. Enumerable.Range(0, 100).Select(i => Put($"k{i}", "x"))];
        gate.Set();
        await Guard.Within(Task.WhenAll([blocker, .. writes]));

        // One commit writes each changed page once; a hundred would write at least a hundred pages.
        Assert.InRange(LogFrames() - before, 1, 30);
    }

    [Fact]
    public async Task A_task_completes_only_after_the_commit()
    {
        bool seen = false;
        await _database.WriteAsync(connection => PutNow(connection, "a", "1"), default);
        seen = Get("a") == "1";
        Assert.True(seen);

        using ManualResetEventSlim gate = new();
        Task write = _database.WriteAsync(
            connection =>
            {
                PutNow(connection, "b", "1");
                gate.Wait(TimeSpan.FromSeconds(10));
            },
            default);
        Assert.Null(Get("b"));
        Assert.False(write.IsCompleted);
        gate.Set();
        await Guard.Within(write);
        Assert.Equal("1", Get("b"));
    }

    [Fact]
    public async Task Committed_actions_run_in_order_before_the_task_completes_and_never_for_a_failed_write()
    {
        List<string> seen = [];
        using ManualResetEventSlim gate = new();
        Task blocker = _database.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(10)), default);
        Task first = _database.WriteAsync(connection => connection.OnCommitted(() => seen.Add("first")), default);
        Task failed = _database.WriteAsync(
            connection =>
            {
                connection.OnCommitted(() => seen.Add("failed"));
                throw new FormatException();
            },
            default);
        Task second = _database.WriteAsync(connection => connection.OnCommitted(() => seen.Add("second")), default);
        gate.Set();
        await Guard.Within(Task.WhenAll(blocker, first, second));
        await Assert.ThrowsAsync<FormatException>(() => failed);

        Assert.Equal(["first", "second"], seen);
    }

    [Fact]
    public async Task An_action_that_throws_fails_its_caller_and_not_the_loop()
    {
        Task broken = _database.WriteAsync(connection => connection.OnCommitted(() => throw new FormatException()), default);
        await Assert.ThrowsAsync<FormatException>(() => Guard.Within(broken));
        await Guard.Within(Put("a", "1"));
        Assert.Equal("1", Get("a"));
    }

    [Fact]
    public async Task More_statements_than_are_kept_prepared_still_run()
    {
        for (int i = 0; i < 200; i++)
        {
            int number = i;
            Assert.Equal(number, await _database.WriteAsync(connection => connection.Number($"SELECT {number}"), default));
        }
    }

    [Fact]
    public async Task Another_process_that_only_reads_does_not_stop_a_write()
    {
        await Put("a", "1");
        using EdgeConnection other = new(DatabaseFile.Connect(_path, Microsoft.Data.Sqlite.SqliteOpenMode.ReadWrite));
        other.Script("BEGIN");
        Assert.Equal(1, other.Number("SELECT COUNT(*) FROM idempotency"));
        await Guard.Within(Put("b", "1"));
        Assert.Equal(1, other.Number("SELECT COUNT(*) FROM idempotency"));
        other.Script("COMMIT");
        Assert.Equal(2, other.Number("SELECT COUNT(*) FROM idempotency"));
    }

    [Fact]
    public async Task A_write_that_was_cancelled_while_it_waited_does_not_run()
    {
        using ManualResetEventSlim gate = new();
        using CancellationTokenSource stop = new();
        bool ran = false;
        Task blocker = _database.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(10)), default);
        Task write = _database.WriteAsync(_ => { ran = true; }, stop.Token);
        await stop.CancelAsync();
        gate.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guard.Within(write));
        await blocker;
        Assert.False(ran);
    }

    [Fact]
    public async Task A_full_disk_fails_the_write_and_the_next_one_works_when_there_is_room_again()
    {
        await Put("kept", "1");
        await _database.WriteAsync(connection => connection.Number("PRAGMA max_page_count=1"), default);
        string large = new('x', 4 << 20);
        StorageException full = await Assert.ThrowsAsync<StorageException>(() => Put("large", large));
        Assert.Equal(StorageFailure.Full, full.Failure);
        Assert.Contains(_path, full.Message, StringComparison.Ordinal);
        Assert.Contains("Free some space", full.Message, StringComparison.Ordinal);

        await _database.WriteAsync(connection => connection.Number("PRAGMA max_page_count=1000000"), default);
        await Put("large", large);
        Assert.Equal("1", Get("kept"));
        Assert.Equal(large, Get("large"));
        Assert.True(await _database.IntegrityCheckAsync());
    }

    [Fact]
    public async Task A_closed_database_says_so()
    {
        await _database.DisposeAsync();
        Assert.Equal(StorageFailure.Closed, (await Assert.ThrowsAsync<StorageException>(() => Put("a", "1"))).Failure);
        Assert.Equal(StorageFailure.Closed, Assert.Throws<StorageException>(() => Get("a")).Failure);
    }

    [Fact]
    public async Task Closing_finishes_waiting_writes_and_empties_the_log()
    {
        Task[] writes = [.. Enumerable.Range(0, 300).Select(i => Put($"k{i}", "x"))];
        await Guard.Within(_database.DisposeAsync().AsTask());
        await Guard.Within(Task.WhenAll(writes));

        Assert.False(File.Exists(_path + "-wal"));
        _database = Open();
        Assert.Equal("x", Get("k299"));
    }

    [Fact]
    public async Task The_log_stays_bounded_under_a_long_stream_of_writes()
    {
        string large = new('x', 64 << 10);
        for (int i = 0; i < 320; i++)
        {
            await Put($"k{i}", large);
        }

        Assert.InRange(new FileInfo(_path + "-wal").Length, 1, 12 << 20);
    }

    [Fact]
    public void A_file_that_is_no_database_is_called_damaged()
    {
        string path = _dir.Write("other/edge.sqlite", new string('x', 8192));
        StorageException cause = Assert.Throws<StorageException>(() => EdgeDatabase.Open(path, _time, NullLogger.Instance));
        Assert.Equal(StorageFailure.Corrupt, cause.Failure);
        Assert.Contains(path, cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_named()
    {
        string file = _dir.Write("file", "");
        StorageException cause = Assert.Throws<StorageException>(() => EdgeDatabase.Open(file + "/edge.sqlite", _time, NullLogger.Instance));
        Assert.Equal(StorageFailure.ReadOnly, cause.Failure);
        Assert.Contains(file, cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_inside_the_file_is_found()
    {
        string large = new('x', 64 << 10);
        await Put("k", large);
        await Put("l", large);
        await _database.DisposeAsync();
        await using (FileStream file = new(_path, FileMode.Open, FileAccess.Write))
        {
            file.Position = 4096 * 3;
            await file.WriteAsync(new byte[4096]);
        }

        _database = Open();
        Assert.False(await IsWhole());

        async Task<bool> IsWhole()
        {
            try
            {
                return await _database.IntegrityCheckAsync();
            }
            catch (StorageException cause) when (cause.Failure == StorageFailure.Corrupt)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Many_readers_share_few_connections_and_see_acknowledged_writes()
    {
        await Put("a", "1");
        string?[] answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Get("a"))));
        Assert.All(answers, answer => Assert.Equal("1", answer));
    }

    private EdgeDatabase Open() => EdgeDatabase.Open(_path, _time, NullLogger.Instance);

    private Task Put(string key, string value) => _database.WriteAsync(connection => PutNow(connection, key, value), default);

    private static void PutNow(EdgeConnection connection, string key, string value) =>
        connection.Execute("INSERT INTO idempotency (scope, key, at_ms, response) VALUES ('t', $1, 0, $2)", key, value);

    private string? Get(string key) => _database.Read(connection =>
        connection.First("SELECT response FROM idempotency WHERE scope = 't' AND key = $1", row => row.GetString(0), key));

    private string? Pragma(string name) => _database.Read(connection => connection.First($"PRAGMA {name}", row => row.GetValue(0).ToString()!));

    private string? PragmaOfWriter(string name) =>
        _database.WriteAsync(connection => connection.First($"PRAGMA {name}", row => row.GetValue(0).ToString()!), default).GetAwaiter().GetResult();

    // The log's header has 32 bytes, a frame's 24; pages have 4096. Source: https://www.sqlite.org/fileformat2.html
    private long LogFrames() => (new FileInfo(_path + "-wal").Length - 32) / (4096 + 24);
}
