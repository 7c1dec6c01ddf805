using System.IO.Compression;
using System.Text;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>Making, checking and listing backups.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly CareHome home = new();
    private int _made;

    public void Dispose() => home.Dispose();

    [Fact]
    public void Holds_what_matters_and_leaves_out_what_is_rebuilt_or_secret()
    {
        home.Root.Write("state/gateway-token", "secret");
        home.Root.Write("state/.env", "KEY=secret");
        home.Root.Write("state/secrets/device-tokens.key", "secret");
        home.Root.Write("state/identity/device.key", "secret");
        home.Root.Write("state/logs/openclaw.log", "line");
        home.Root.Write("state/tmp/exec/x", "x");
        home.Root.Write("state/gateway.pid", "1");
        home.Root.Write("state/.openclaw.json.abc.tmp", "draft");
        home.Root.Write("state/exec-approvals.json", "{}");
        home.Root.Write("state/workspace/notes/todo.tmp", "a file of the user's");
        File.CreateSymbolicLink(home.Root.PathOf("state/workspace/link"), "/etc/passwd");

        BackupResult made = home.Backup();
        BackupResult all = home.Backup(home.Request() with { Credentials = true, Output = home.Root.PathOf("other") });
        BackupResult few = home.Backup(home.Request() with { Workspaces = false, Output = home.Root.PathOf("few") });
        BackupResult one = home.Backup(home.Request() with { OnlyConfig = true, Output = home.Root.PathOf("one") });

        Assert.Equal(
            ["state/exec-approvals.json", "state/openclaw.json", "state/state/openclaw-edge.sqlite", "workspace/main/notes/todo.tmp"],
            made.Manifest.Members.Select(member => member.Path).Order(StringComparer.Ordinal));
        Assert.Equal([new BackupSkip(home.Root.PathOf("state/workspace/link"), "link")], made.Manifest.Skipped);
        Assert.Equal(
            ["state/.env", "state/gateway-token", "state/identity/device.key", "state/secrets/device-tokens.key"],
            all.Manifest.Members.Select(member => member.Path).Except(made.Manifest.Members.Select(member => member.Path)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(few.Manifest.Members, member => member.Path.StartsWith("workspace/", StringComparison.Ordinal));
        Assert.Equal(["config/openclaw.json"], one.Manifest.Members.Select(member => member.Path));
        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(made.Path));
        Assert.Equal(DatabaseCopy.LatestSchema, made.Manifest.DatabaseSchema);
    }

    [Fact]
    public void Configuration_workspaces_and_includes_outside_the_state_come_along()
    {
        string outside = home.Root.Write("elsewhere/openclaw.json", "{ $include: './part.json5', agents: { list: [{ id: 'kitchen', workspace: 'WS' }] } }".Replace("WS", home.Root.PathOf("desk")));
        home.Root.Write("elsewhere/part.json5", "{ gateway: { port: 19001 } }");
        home.Root.Write("desk/recipes.md", "soup");
        StatePaths paths = home.Paths with { ConfigPath = outside };
        BackupRequest request = home.Request() with { Paths = paths, Config = ConfigLoader.Load(paths, home.Environment) };

        BackupResult made = home.Backup(request);

        string[] members = [.. made.Manifest.Members.Select(member => member.Path)];
        Assert.Contains("config/openclaw.json", members);
        Assert.Contains("include/0/part.json5", members);
        Assert.Contains("workspace/kitchen/recipes.md", members);
        Assert.Contains(new BackupRoot("workspace/kitchen", home.Root.PathOf("desk")), made.Manifest.Roots);
    }

    [Fact]
    public async Task Database_is_one_moment_while_somebody_writes()
    {
        await using EdgeDatabase database = EdgeDatabase.Open(home.Paths.DatabasePath, home.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await database.WriteAsync(connection => connection.Execute("CREATE TABLE pairs (a INTEGER, b INTEGER)"), CancellationToken.None);
        using CancellationTokenSource stop = new();
        TaskCompletionSource begun = new();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                int number = i;
                await database.WriteAsync(
                    connection =>
                    {
                        connection.Execute("INSERT INTO pairs VALUES ($1, 0)", number);
                        connection.Execute("UPDATE pairs SET b = a WHERE a = $1", number);
                    },
                    CancellationToken.None);
                begun.TrySetResult();
            }
        });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(15));

        BackupResult made = home.Backup();
        await stop.CancelAsync();
        await writing;
        BackupRestore.Into(made.Path, null, home.Root.PathOf("out"), CancellationToken.None);

        string copy = home.Root.PathOf("out/state/state/openclaw-edge.sqlite");
        await using EdgeDatabase restored = EdgeDatabase.Open(copy, home.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal(0, restored.Read(connection => connection.Number("SELECT COUNT(*) FROM pairs WHERE a <> b")));
        Assert.InRange(restored.Read(connection => connection.Number("SELECT COUNT(*) FROM pairs")), 1, int.MaxValue);
    }

    [Fact]
    public void Sealed_backup_shows_nothing_and_opens_with_its_passphrase_only()
    {
        home.Root.Write("state/workspace/diary.md", "dear diary, dear diary, dear diary");
        BackupResult made = home.Backup(home.Request("open sesame, please"));

        Assert.EndsWith(".tar.gz.sealed", made.Path);
        Assert.DoesNotContain("diary", Encoding.Latin1.GetString(File.ReadAllBytes(made.Path)));
        Assert.Contains(Verify(made.Path, "open sesame, please").Members, member => member.Path == "workspace/main/diary.md");
        CareException wrong = Assert.Throws<CareException>(() => Verify(made.Path, "open sesame, quickly"));
        CareException none = Assert.Throws<CareException>(() => Verify(made.Path, null));
        Assert.Equal((CareFailure.Untrusted, CareFailure.Refused), (wrong.Failure, none.Failure));
        Assert.Contains("--passphrase-file", none.Message);
    }

    [Fact]
    public void No_flipped_byte_of_an_archive_changes_what_is_read()
    {
        home.Root.Write("state/workspace/a.md", "text");
        BackupResult made = home.Backup();
        byte[] bytes = File.ReadAllBytes(made.Path);
        string changed = home.Root.PathOf("changed.tar.gz");
        Random random = new(7);
        int found = 0;
        for (int i = 0; i < 40; i++)
        {
            byte[] copy = [.. bytes];
            int at = i < 10 ? i : random.Next(bytes.Length);
            copy[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(changed, copy);
            try
            {
                // bits that say nothing, in the header of gzip and between its blocks: what is read is what was written
                Assert.Equal(made.Manifest.Members, Verify(changed, null).Members);
            }
            catch (CareException)
            {
                found++;
            }
        }

        Assert.InRange(found, 25, 40);
        foreach (int length in (int[])[0, 5, 20, bytes.Length / 2, bytes.Length * 3 / 4])
        {
            File.WriteAllBytes(changed, bytes[..length]);
            Assert.Throws<CareException>(() => Verify(changed, null));
        }

        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(home.Root.Root), path => path.Contains(".verify-"));
    }

    [Fact]
    public void Newest_come_first_and_the_oldest_go()
    {
        List<string> made = [];
        for (int i = 0; i < 4; i++)
        {
            home.Time.Advance(TimeSpan.FromHours(1));
            made.Add(home.Backup(home.Request(i == 2 ? "open sesame, please" : null)).Path);
        }

        home.Root.Write("state/backups/openclaw-edge.schema-1.20260101-000000-000.sqlite", "another kind of copy");
        home.Root.Write("state/backups/notes-openclaw-backup.tar.gz", "not ours");

        IReadOnlyList<string> removed = BackupArchive.Prune(home.Paths.BackupDir, 2);

        Assert.Equal([made[1], made[0]], removed);
        Assert.Equal([made[3], made[2]], BackupArchive.In(home.Paths.BackupDir).Select(archive => archive.Path));
        Assert.Equal([false, true], BackupArchive.In(home.Paths.BackupDir).Select(archive => archive.IsSealed));
        Assert.EndsWith("2026-11-21T12-00-00.000Z-openclaw-backup.tar.gz", made[3]);
        Assert.True(File.Exists(home.Root.PathOf("state/backups/notes-openclaw-backup.tar.gz")));
    }

    [Fact]
    public void Places_that_would_hold_the_backup_in_the_next_one_are_refused()
    {
        CareException inside = Assert.Throws<CareException>(() => home.Backup(home.Request() with { Output = home.Root.PathOf("state/agents") }));
        string there = home.Root.Write("there.tar.gz", "mine");
        CareException taken = Assert.Throws<CareException>(() => home.Backup(home.Request() with { Output = there }));
        CareException none = Assert.Throws<CareException>(() => home.Backup(home.Request() with { Paths = home.Paths with { StateDir = "/nowhere" } }));

        Assert.Contains("inside", inside.Message);
        Assert.Contains("there already", taken.Message);
        Assert.Contains("/nowhere", none.Message);
        Assert.Equal("mine", File.ReadAllText(there));
    }

    [Fact]
    public void A_damaged_database_is_no_backup_and_leaves_nothing_behind()
    {
        byte[] bytes = File.ReadAllBytes(home.Paths.DatabasePath);
        bytes.AsSpan(4096).Fill(0x5A);
        File.WriteAllBytes(home.Paths.DatabasePath, bytes);

        CareException refused = Assert.Throws<CareException>(() => home.Backup());

        Assert.Contains(home.Paths.DatabasePath, refused.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Paths.BackupDir));
    }

    public static TheoryData<string, string> Evil() => new()
    {
        { "../escaped", "is no path of a backup" },
        { "openclaw-backup/../../escaped", "is no path of a backup" },
        { "/etc/escaped", "is no path of a backup" },
        { "openclaw-backup//state/x", "is no path of a backup" },
        { "openclaw-backup/state/./x", "is no path of a backup" },
        { "openclaw-backup/" + string.Concat(Enumerable.Repeat("a/", 100)) + "x", "is no path of a backup" },
        { "openclaw-backup/state/unlisted", "is not in the manifest" },
    };

    [Theory]
    [MemberData(nameof(Evil))]
    public void Paths_that_lead_out_are_refused(string path, string reason)
    {
        string archive = Make(tar => tar.Write(path, "x"u8, DateTimeOffset.UnixEpoch, AtomicFile.PrivateFile), """{"schemaVersion":1,"createdAtMs":1,"edgeVersion":"1","credentials":false,"workspaces":true,"roots":[],"members":[]}""");

        CareException refused = Assert.Throws<CareException>(() => BackupRestore.Into(archive, null, home.Root.PathOf("deep/out"), CancellationToken.None));

        Assert.Equal(CareFailure.Untrusted, refused.Failure);
        Assert.Contains(reason, refused.Message);
        Assert.False(Directory.Exists(home.Root.PathOf("deep/out")));
        Assert.False(File.Exists(home.Root.PathOf("deep/escaped")) || File.Exists(home.Root.PathOf("escaped")));
    }

    [Fact]
    public void An_archive_without_a_manifest_with_two_or_with_files_behind_it_is_refused()
    {
        const string empty = """{"schemaVersion":1,"createdAtMs":1,"edgeVersion":"1","credentials":false,"workspaces":true,"roots":[],"members":[]}""";
        string none = Make(_ => { }, null);
        string behind = Make(
            tar =>
            {
                tar.Write("openclaw-backup/manifest.json", Encoding.UTF8.GetBytes(empty), DateTimeOffset.UnixEpoch, AtomicFile.PrivateFile);
                tar.Write("openclaw-backup/state/x", "x"u8, DateTimeOffset.UnixEpoch, AtomicFile.PrivateFile);
            },
            null);
        string newer = Make(_ => { }, empty.Replace("\"schemaVersion\":1", "\"schemaVersion\":9"));

        Assert.Contains("there is no manifest", Assert.Throws<CareException>(() => Verify(none, null)).Message);
        Assert.Contains("something follows the manifest", Assert.Throws<CareException>(() => Verify(behind, null)).Message);
        Assert.Contains("use a newer one", Assert.Throws<CareException>(() => Verify(newer, null)).Message);
    }

    [Fact]
    public void A_header_that_promises_more_than_the_disk_holds_is_refused_before_it_is_written()
    {
        using MemoryStream inner = new();
        TarWriter tar = new(inner);
        Assert.Throws<EndOfStreamException>(() => tar.Write("openclaw-backup/state/bomb", Stream.Null, 1L << 50, DateTimeOffset.UnixEpoch, AtomicFile.PrivateFile, _ => { }));
        string archive = home.Root.PathOf("bomb.tar.gz");
        using (GZipStream zip = new(File.Create(archive), CompressionLevel.Fastest))
        {
            zip.Write(inner.ToArray());
        }

        CareException refused = Assert.Throws<CareException>(() => BackupRestore.Into(archive, null, home.Root.PathOf("out"), CancellationToken.None));

        Assert.Contains("not enough room", refused.Message);
    }

    private string Make(Action<TarWriter> members, string? manifest)
    {
        string path = home.Root.PathOf($"made-{_made++}.tar.gz");
        using GZipStream zip = new(File.Create(path), CompressionLevel.Fastest);
        TarWriter tar = new(zip);
        members(tar);
        if (manifest is not null)
        {
            tar.Write("openclaw-backup/manifest.json", Encoding.UTF8.GetBytes(manifest), DateTimeOffset.UnixEpoch, AtomicFile.PrivateFile);
        }

        tar.Finish();
        return path;
    }

    private BackupManifest Verify(string archive, string? passphrase) => BackupReader.Verify(archive, passphrase, home.Root.Root, CancellationToken.None);
}
