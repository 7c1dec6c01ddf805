using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Import;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Import;

/// <summary>Notes of jobs come with their jobs, or are named.</summary>
public sealed class CronImportTests : IDisposable
{
    private readonly TempDir root = new();
    private readonly OriginalState original = new();
    private readonly ManualTimeProvider time = new();
    private readonly ProcessEnvironment environment;
    private readonly StatePaths paths;

    public CronImportTests()
    {
        environment = new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = root.Root }, root.Root);
        paths = StatePaths.Resolve(environment, stateDirFlag: root.PathOf("state"));
    }

    public void Dispose()
    {
        original.Dispose();
        root.Dispose();
    }

    [Fact]
    public async Task A_job_whose_notes_cannot_be_written_comes_with_them_the_next_time()
    {
        Job("a");
        original.Scratch("a", "milk");
        await ScriptAsync("CREATE TRIGGER no_room BEFORE INSERT ON cron_scratch BEGIN SELECT RAISE(ABORT, 'no room'); END");

        ImportRow failed = Assert.Single(await RunAsync());
        await ScriptAsync("DROP TRIGGER no_room");
        ImportRow done = Assert.Single(await RunAsync());

        Assert.Equal(("failed", "done"), (failed.State, done.State));
        await using EdgeDatabase database = EdgeDatabase.Open(paths.DatabasePath, time, NullLogger.Instance);
        CronScratch notes = new CronStore(database, time).Scratch("a");
        Assert.Equal(("milk", 1L), (notes.Content, notes.Revision));
    }

    [Fact]
    public async Task Notes_that_are_too_long_are_named_and_their_job_comes()
    {
        Job("a");
        Job("b");
        original.Scratch("a", new string('ä', (CronScratch.MaxBytes / 2) + 1)); // in bytes
        original.Scratch("b", new string('ä', CronScratch.MaxBytes / 2));

        IReadOnlyList<ImportRow> rows = await RunAsync();
        IReadOnlyList<ImportRow> again = await RunAsync();

        Assert.Equal(["notes of job a (a) failed", "job a (a) done", "job b (b) done"], rows.Select(row => $"{row.Name} {row.State}"));
        Assert.Contains("longer than 256 KiB", rows[0].Problem);
        Assert.All(again, row => Assert.Equal("skipped", row.State));
        await using EdgeDatabase database = EdgeDatabase.Open(paths.DatabasePath, time, NullLogger.Instance);
        CronStore jobs = new(database, time);
        Assert.Equal((null, CronScratch.MaxBytes / 2), (jobs.Scratch("a").Content, jobs.Scratch("b").Content?.Length));
    }

    [Fact]
    public async Task Notes_in_a_table_of_another_shape_are_named()
    {
        Job("a");
        original.RenameNotes();

        IReadOnlyList<ImportRow> rows = await RunAsync();

        Assert.Equal(["failed", "done"], rows.Select(row => row.State));
        Assert.Contains("not that of a known original", rows[0].Problem);
    }

    private void Job(string id) => original.Job(
        id, """{"id":"ID","name":"job ID","schedule":{"kind":"every","everyMs":60000},"payload":{"kind":"agentTurn","message":"go"}}""".Replace("ID", id, StringComparison.Ordinal));

    private async Task ScriptAsync(string sql)
    {
        await using EdgeDatabase database = EdgeDatabase.Open(paths.DatabasePath, time, NullLogger.Instance);
        await database.WriteAsync(connection => connection.Script(sql), CancellationToken.None);
    }

    private Task<IReadOnlyList<ImportRow>> RunAsync() => StateImport.RunAsync(
        new ImportRequest
        {
            Source = original.Path,
            Paths = paths,
            Config = ConfigLoader.Load(paths, environment),
            Environment = environment,
            Time = time,
            Credentials = false,
            Apply = true,
        },
        NullLogger.Instance,
        CancellationToken.None);
}
