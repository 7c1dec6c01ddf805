using OpenClaw.Edge.Care;
using OpenClaw.Edge.Storage;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>Putting a backup in the place of the state.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly CareHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public void Brings_back_what_was_and_keeps_aside_what_is()
    {
        home.Root.Write("state/workspace/a.md", "old");
        home.Root.Write("state/exec-approvals.json", "{}");
        home.Root.Write("state/gateway-token", "stays");
        BackupResult made = home.Backup();
        home.Root.Write("state/workspace/a.md", "new");
        home.Root.Write("state/openclaw.json", "broken {{");
        home.Root.Write("state/later.txt", "stays too");

        RestoreResult done = BackupRestore.InPlace(home.Paths, made.Path, null, dryRun: false, home.Time, CancellationToken.None);

        Assert.Equal("old", home.Root.Read("state/workspace/a.md"));
        Assert.Equal("{ gateway: { port: 19001 } }", home.Root.Read("state/openclaw.json"));
        Assert.Equal(("stays", "stays too"), (home.Root.Read("state/gateway-token"), home.Root.Read("state/later.txt")));
        Assert.Empty(DatabaseCopy.Check(home.Paths.DatabasePath));
        string[] aside = home.Files(done.KeptAside!);
        Assert.Contains(aside, path => path.EndsWith("/openclaw.json", StringComparison.Ordinal));
        Assert.Contains(aside, path => path.EndsWith("/a.md", StringComparison.Ordinal));
        Assert.DoesNotContain(BackupRestore.UnfinishedMark, aside);
        Assert.Equal("restore", CareJournal.Read(home.Paths)[^1].GetProperty("action").GetString());
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(home.Paths.BackupDir), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Dry_run_checks_and_changes_nothing()
    {
        home.Root.Write("state/workspace/a.md", "old");
        BackupResult made = home.Backup();
        home.Root.Write("state/workspace/a.md", "new");
        string[] before = home.Files();

        RestoreResult plan = BackupRestore.InPlace(home.Paths, made.Path, null, dryRun: true, home.Time, CancellationToken.None);

        Assert.Null(plan.KeptAside);
        Assert.Contains(home.Root.PathOf("state/workspace/a.md"), plan.Places);
        Assert.Equal("new", home.Root.Read("state/workspace/a.md"));
        Assert.Equal(before, home.Files().Except(["gateway.lock", "gateway.pid"]));
    }

    [Fact]
    public void A_running_gateway_is_not_disturbed()
    {
        BackupResult made = home.Backup();
        Assert.True(StateLock.TryAcquire(home.Paths.StateDir, home.Time, out StateLock? held, out _));
        using StateLock mine = held!;

        CareException refused = Assert.Throws<CareException>(() => BackupRestore.InPlace(home.Paths, made.Path, null, dryRun: false, home.Time, CancellationToken.None));

        Assert.Equal(CareFailure.Busy, refused.Failure);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message);
        Assert.Equal(Environment.ProcessId, StateClaim.HolderOf(home.Paths));
    }

    [Fact]
    public void A_damaged_archive_leaves_everything_as_it_is()
    {
        home.Root.Write("state/workspace/a.md", "now");
        BackupResult made = home.Backup();
        byte[] bytes = File.ReadAllBytes(made.Path);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(made.Path, bytes);
        string[] before = home.Files();

        Assert.Throws<CareException>(() => BackupRestore.InPlace(home.Paths, made.Path, null, dryRun: false, home.Time, CancellationToken.None));

        Assert.Equal(before, home.Files().Except(["gateway.lock", "gateway.pid"]));
        Assert.Equal("now", home.Root.Read("state/workspace/a.md"));
    }

    [Fact]
    public void Another_machine_with_other_places_gets_the_same_state()
    {
        home.Root.Write("state/workspace/a.md", "text");
        BackupResult made = home.Backup();
        using CareHome other = new("{}", database: false);

        BackupRestore.InPlace(other.Paths, made.Path, null, dryRun: false, other.Time, CancellationToken.None);

        Assert.Equal("text", other.Root.Read("state/workspace/a.md"));
        Assert.Equal("{ gateway: { port: 19001 } }", other.Root.Read("state/openclaw.json"));
        Assert.Equal(DatabaseCopy.LatestSchema, DatabaseCopy.SchemaOf(other.Paths.DatabasePath));
    }

    [Fact]
    public void A_place_that_cannot_be_written_takes_every_move_back()
    {
        home.Root.Write("state/workspace/a.md", "old");
        BackupResult made = home.Backup(home.Request());
        home.Root.Write("state/workspace/a.md", "new");
        // the workspace's files come last; a file where its folder should be refuses them
        Directory.Delete(home.Root.PathOf("state/workspace"), recursive: true);
        home.Root.Write("state/workspace", "a file");

        Assert.Throws<CareException>(() => BackupRestore.InPlace(home.Paths, made.Path, null, dryRun: false, home.Time, CancellationToken.None));

        Assert.Equal("a file", home.Root.Read("state/workspace"));
        Assert.Equal("{ gateway: { port: 19001 } }", home.Root.Read("state/openclaw.json"));
        Assert.Empty(DatabaseCopy.Check(home.Paths.DatabasePath));
    }

    [Fact]
    public void Unpacking_needs_a_folder_that_is_empty()
    {
        BackupResult made = home.Backup();
        home.Root.Write("out/mine.txt", "mine");

        CareException refused = Assert.Throws<CareException>(() => BackupRestore.Into(made.Path, null, home.Root.PathOf("out"), CancellationToken.None));
        BackupRestore.Into(made.Path, null, home.Root.PathOf("fresh"), CancellationToken.None);

        Assert.Contains("not empty", refused.Message);
        Assert.Equal(["state/openclaw.json", "state/state/openclaw-edge.sqlite"], home.Files(home.Root.PathOf("fresh")));
    }
}
