using System.Diagnostics;
using System.Text;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

/// <summary>Each test runs by openat2 and by the walk for kernels without it.</summary>
public sealed class WorkspaceFilesTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly string _workspace;
    private readonly string _outside;

    public WorkspaceFilesTests()
    {
        _workspace = _dir.PathOf("ws");
        _outside = _dir.PathOf("outside");
        Directory.CreateDirectory(Path.Combine(_workspace, "sub"));
        Directory.CreateDirectory(_outside);
        Put("ws/notes.md", "inside");
        Put("ws/sub/deep.md", "deep");
        Put("outside/secret.txt", "SECRET");
    }

    public void Dispose() => _dir.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_by_relative_dotted_and_workspace_absolute_paths(bool stepwise)
    {
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace, stepwise);

        Assert.Equal("inside", Read(files, "notes.md"));
        Assert.Equal("inside", Read(files, "./sub/../notes.md"));
        Assert.Equal("deep", Read(files, Path.Combine(_workspace, "sub/deep.md")));
    }

    [Theory]
    [InlineData("../outside/secret.txt")]
    [InlineData("sub/../../outside/secret.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("~/.ssh/id_rsa")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void Refuses_paths_whose_text_leads_outside(string path)
    {
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace);

        WorkspaceException refused = Assert.Throws<WorkspaceException>(() => files.Parse(path));
        Assert.Equal(WorkspaceFault.Outside, refused.Fault);
    }

    [Fact]
    public void A_folder_whose_name_starts_like_the_workspace_is_outside()
    {
        Put("ws-other/secret.txt", "SECRET");
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace);

        Assert.Throws<WorkspaceException>(() => files.Parse(_workspace + "-other/secret.txt"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Refuses_links_that_lead_outside(bool stepwise)
    {
        File.CreateSymbolicLink(Path.Combine(_workspace, "file"), Path.Combine(_outside, "secret.txt"));
        File.CreateSymbolicLink(Path.Combine(_workspace, "relative"), "../outside/secret.txt");
        Directory.CreateSymbolicLink(Path.Combine(_workspace, "dir"), _outside);
        Directory.CreateSymbolicLink(Path.Combine(_workspace, "proc"), "/proc/self/root");
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace, stepwise);

        foreach (string path in (string[])["file", "relative", "dir/secret.txt", "proc/etc/passwd"])
        {
            WorkspaceException refused = Assert.Throws<WorkspaceException>(() => Read(files, path));
            Assert.Equal(WorkspaceFault.Outside, refused.Fault);
        }

        Assert.Throws<WorkspaceException>(() => files.List(files.Parse("dir")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Does_not_write_through_links(bool stepwise)
    {
        File.CreateSymbolicLink(Path.Combine(_workspace, "file"), Path.Combine(_outside, "secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(_workspace, "dir"), _outside);
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace, stepwise);

        Assert.Throws<WorkspaceException>(() => files.WriteFile(files.Parse("file"), "x"u8));
        Assert.Throws<WorkspaceException>(() => files.WriteFile(files.Parse("dir/new.txt"), "x"u8));
        Assert.Throws<WorkspaceException>(() => files.WriteFile(files.Parse("dir/a/b/new.txt"), "x"u8));
        Assert.Equal(["secret.txt"], Directory.EnumerateFileSystemEntries(_outside).Select(Path.GetFileName));
        Assert.Equal("SECRET", File.ReadAllText(Path.Combine(_outside, "secret.txt")));
    }

    [Fact]
    public void Refuses_to_read_a_file_with_a_second_name()
    {
        using (Process link = Process.Start("ln", [Path.Combine(_outside, "secret.txt"), Path.Combine(_workspace, "hard")]))
        {
            link.WaitForExit();
            Assert.Equal(0, link.ExitCode);
        }

        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace);

        WorkspaceException refused = Assert.Throws<WorkspaceException>(() => Read(files, "hard"));
        Assert.Contains("hard links", refused.Message, StringComparison.Ordinal);
        files.WriteFile(files.Parse("hard"), "mine"u8);
        Assert.Equal("SECRET", File.ReadAllText(Path.Combine(_outside, "secret.txt")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Writes_in_one_step_and_makes_parents(bool stepwise)
    {
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace, stepwise);

        Assert.True(files.WriteFile(files.Parse("a/b/c.txt"), "one"u8));
        Assert.False(files.WriteFile(files.Parse("a/b/c.txt"), "two"u8));

        Assert.Equal("two", Read(files, "a/b/c.txt"));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_workspace, "a/b")));
    }

    [Fact]
    public void Keeps_the_permissions_of_a_file_it_replaces()
    {
        string script = Path.Combine(_workspace, "run.sh");
        Put("ws/run.sh", "old");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace);

        files.WriteFile(files.Parse("run.sh"), "new"u8);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(script));
    }

    [Theory]
    [InlineData("missing.txt", WorkspaceFault.NotFound)]
    [InlineData("sub", WorkspaceFault.WrongKind)]
    [InlineData("notes.md/x", WorkspaceFault.WrongKind)]
    public void Says_what_is_wrong_with_a_path(string path, WorkspaceFault fault)
    {
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace);

        Assert.Equal(fault, Assert.Throws<WorkspaceException>(() => Read(files, path)).Fault);
    }

    [Fact]
    public void Lists_names_with_their_kind()
    {
        File.CreateSymbolicLink(Path.Combine(_workspace, "z"), "/etc");
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace);

        Assert.Equal(
            [new("notes.md", "file"), new("sub", "dir"), new WorkspaceItem("z", "link")],
            files.List(files.Parse(".")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_swapped_for_a_link_is_neither_read_nor_written_through(bool stepwise)
    {
        Put("ws/notes.txt", "inside");
        string secret = Path.Combine(_outside, "secret.txt");
        using CancellationTokenSource stop = new();
        Task swapper = Task.Run(() =>
        {
            string name = Path.Combine(_workspace, "notes.txt");
            for (int round = 0; !stop.IsCancellationRequested; round++)
            {
                string beside = _dir.PathOf($"beside-{round}");
                File.CreateSymbolicLink(beside, secret);
                File.Move(beside, name, overwrite: true);
                File.WriteAllText(beside, "inside");
                File.Move(beside, name, overwrite: true);
            }
        });
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace, stepwise);
        for (int attempt = 0; attempt < 1500; attempt++)
        {
            try
            {
                Assert.Contains(Read(files, "notes.txt"), (string[])["inside", "x"]);
                files.WriteFile(files.Parse("notes.txt"), "x"u8);
            }
            catch (WorkspaceException)
            {
                // the link was there, or nothing
            }
        }

        await stop.CancelAsync();
        await swapper;
        Assert.Equal("SECRET", await File.ReadAllTextAsync(secret, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_swapped_in_during_the_walk_opens_nothing_outside(bool stepwise)
    {
        string door = Path.Combine(_workspace, "door");
        string link = Path.Combine(_workspace, "link");
        Directory.CreateDirectory(door);
        Put("ws/door/secret.txt", "inside");
        Directory.CreateSymbolicLink(link, _outside);
        using CancellationTokenSource stop = new();
        Task swapper = Task.Factory.StartNew(() => // on a thread of its own: beside other tests the pool may have none left
        {
            while (!stop.IsCancellationRequested)
            {
                Rename("door", "spare");
                Rename("link", "door");
                Rename("door", "link");
                Rename("spare", "door");
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using WorkspaceFiles files = WorkspaceFiles.Open(_workspace, stepwise);
        int refused = 0;
        for (int attempt = 0; attempt < 1500 || (refused == 0 && attempt < 150_000); attempt++)
        {
            try
            {
                Assert.Equal("inside", Read(files, "door/secret.txt"));
            }
            catch (WorkspaceException)
            {
                refused++;
            }

            try
            {
                files.WriteFile(files.Parse("door/new.txt"), "x"u8);
            }
            catch (WorkspaceException)
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await swapper;
        Assert.True(refused > 0, "the swap never met a call; the test proves nothing");
        Assert.Equal(["secret.txt"], Directory.EnumerateFileSystemEntries(_outside).Select(Path.GetFileName));
    }

    private static string Read(WorkspaceFiles files, string path) =>
        Encoding.UTF8.GetString(files.ReadFile(files.Parse(path), 1000));

    // The writer under test may have made a directory in the gap; it goes away again.
    private void Rename(string from, string to)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle directory = FileNative.OpenRoot(_workspace, out _);
        while (FileNative.Rename(directory, from, to) != 0)
        {
            try
            {
                Directory.Delete(Path.Combine(_workspace, to), recursive: true);
            }
            catch (IOException)
            {
                // the writer was in it at that moment; the next round takes it
            }
        }
    }

    private void Put(string path, string text)
    {
        string full = _dir.PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, Encoding.UTF8.GetBytes(text));
    }
}
