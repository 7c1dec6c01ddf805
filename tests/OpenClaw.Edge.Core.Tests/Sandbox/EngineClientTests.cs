using System.Formats.Tar;
using System.Text;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>Each call of the client against the engine whose socket is in OPENCLAW_TEST_ENGINE, with the images of
/// <c>tests/sandbox/engine.sh</c>. Skipped without.</summary>
public sealed class EngineClientTests : IAsyncLifetime
{
    private const string Plain = "openclaw-sandbox:bookworm-slim";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60); // rootless engines on a busy machine

    private readonly string _label = $"edge-test={Guid.NewGuid():N}";
    private readonly List<string> _images = [];
    private DockerEngineClient _engine = null!;
    private EngineFacts _facts = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string? socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_ENGINE");
        Assert.SkipWhen(string.IsNullOrEmpty(socket), "no engine: set OPENCLAW_TEST_ENGINE to a socket of tests/sandbox/engine.sh");
        _engine = new DockerEngineClient(socket!, TimeProvider.System);
        _facts = await _engine.NegotiateAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is null)
        {
            return;
        }

        foreach (ContainerSummary left in await _engine.ListContainersAsync([_label], CancellationToken.None))
        {
            await _engine.RemoveContainerAsync(left.Id, CancellationToken.None);
        }

        foreach (string image in _images)
        {
            await _engine.RemoveImageAsync(image, CancellationToken.None);
        }

        _engine.Dispose();
    }

    [Fact]
    public async Task A_version_is_agreed_on_and_the_engine_says_what_it_is()
    {
        await _engine.PingAsync(Token);
        Version agreed = Version.Parse(_engine.ApiVersion);
        Assert.InRange(agreed, new Version(1, 41), new Version(1, 45));
        Assert.StartsWith("Docker ", _facts.Version);
        Assert.True(_facts is { IsPodman: false, HasSeccomp: true, Memory: > 0 }, _facts.ToString());
    }

    [Fact]
    public async Task A_container_goes_through_its_whole_life()
    {
        string id = await StartAsync();
        Assert.True((await _engine.InspectContainerAsync(id, Token))!.State.Running);
        Assert.Equal(id, Assert.Single(await _engine.ListContainersAsync([_label], Token)).Id);
        await _engine.StartContainerAsync(id, Token); // it runs already
        await _engine.KillContainerAsync(id, Token);
        await Eventually.HoldsAsync(async () => !(await _engine.InspectContainerAsync(id, Token))!.State.Running);
        Assert.Equal(137, (await _engine.InspectContainerAsync(id, Token))!.State.ExitCode);
        await _engine.StartContainerAsync(id, Token);
        await _engine.StopContainerAsync(id, TimeSpan.Zero, Token);
        Assert.False((await _engine.InspectContainerAsync(id, Token))!.State.Running);
        Assert.Equal(EngineFailure.Conflict, (await Assert.ThrowsAsync<EngineException>(() => RunAsync(id, "true"))).Failure);
        await _engine.RemoveContainerAsync(id, Token);
        await _engine.RemoveContainerAsync(id, Token); // gone already
        Assert.Null(await _engine.InspectContainerAsync(id, Token));
        Assert.Equal(EngineFailure.NotFound, (await Assert.ThrowsAsync<EngineException>(() => RunAsync(id, "true"))).Failure);
    }

    [Fact]
    public async Task A_terminal_gets_the_size_that_it_is_given_while_it_runs()
    {
        string id = await StartAsync();
        string exec = await _engine.CreateExecAsync(
            id,
            new ExecCreateRequest { Cmd = ["/bin/sh", "-c", "echo ready; until [ \"$(stty size 2>/dev/null)\" = '40 123' ]; do sleep 0.1; done; echo as asked"], Tty = true },
            Token);
        StringBuilder said = new();
        TaskCompletionSource ready = new();
        Task running = _engine.StartExecAsync(
            exec,
            true,
            null,
            (bytes, _) =>
            {
                said.Append(Encoding.UTF8.GetString(bytes));
                ready.TrySetResult();
            },
            Token);
        await Guard.Within(ready.Task, limit: s_patience);
        await _engine.ResizeExecAsync(exec, 123, 40, Token);
        await Guard.Within(running, limit: s_patience);
        Assert.Equal("ready\r\nas asked\r\n", said.ToString());
        await Eventually.HoldsAsync(async () => await _engine.InspectExecAsync(exec, Token) is { Running: false, ExitCode: 0 });
    }

    [Fact]
    public async Task Without_a_terminal_output_and_errors_are_apart_and_input_is_passed_on_to_its_end()
    {
        string id = await StartAsync();
        using MemoryStream input = new(Encoding.ASCII.GetBytes(new string('x', 100_000)));
        string exec = await _engine.CreateExecAsync(
            id, new ExecCreateRequest { Cmd = ["/bin/sh", "-c", "wc -c; echo bad >&2; exit 9"], AttachStdin = true }, Token);
        (StringBuilder output, StringBuilder errors) = (new(), new());
        await Guard.Within(
            _engine.StartExecAsync(exec, false, input, (bytes, isError) => (isError ? errors : output).Append(Encoding.UTF8.GetString(bytes)), Token),
            limit: s_patience);
        Assert.Equal(("100000", "bad\n"), (output.ToString().Trim(), errors.ToString()));
        await Eventually.HoldsAsync(async () => await _engine.InspectExecAsync(exec, Token) is { Running: false, ExitCode: 9 });
    }

    [Fact]
    public async Task Statistics_tell_what_a_container_uses_where_the_engine_counts()
    {
        string id = await StartAsync();
        ContainerStats stats = await _engine.StatsAsync(id, Token);
        if (_facts is { LimitsMemory: true, LimitsPids: true })
        {
            Assert.InRange(stats.Memory!.Usage!.Value, 1, 64L << 20);
            Assert.Equal(64L << 20, stats.Memory.Limit);
            Assert.InRange(stats.Pids!.Current!.Value, 1, 8);
        }

        Assert.Equal(EngineFailure.NotFound, (await Assert.ThrowsAsync<EngineException>(() => _engine.StatsAsync("no-such", Token))).Failure);
    }

    [Fact]
    public async Task Events_tell_what_happens_to_containers_of_a_label_and_to_no_others()
    {
        string mine = await StartAsync();
        string other = await StartAsync("edge-other=" + _label);
        List<(string Action, string Id)> seen = [];
        TaskCompletionSource killed = new();
        TaskCompletionSource gone = new();
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task watching = _engine.EventsAsync(
            _label,
            happened =>
            {
                lock (seen)
                {
                    seen.Add((happened.Action!, happened.Actor!.ID!));
                }

                _ = happened.Action == "die" ? killed.TrySetResult() : happened.Action == "destroy" && gone.TrySetResult();
            },
            enough.Token);
        try
        {
            await Eventually.HoldsAsync(async () =>
            {
                // the watch begins when the engine likes: something happens until it is seen
                await _engine.KillContainerAsync(other, Token);
                await _engine.StartContainerAsync(other, Token);
                await _engine.KillContainerAsync(mine, Token);
                await _engine.StartContainerAsync(mine, Token);
                return killed.Task.IsCompleted;
            });
            await _engine.RemoveContainerAsync(other, Token);
            await _engine.RemoveContainerAsync(mine, Token);
            await Guard.Within(gone.Task, limit: s_patience);
        }
        finally
        {
            await _engine.RemoveContainerAsync(other, CancellationToken.None);
            await enough.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guard.Within(watching));
        Assert.All(seen, happened => Assert.Equal(mine, happened.Id));
    }

    [Fact]
    public async Task Files_go_in_and_come_out_as_tars()
    {
        string id = await StartAsync();
        using MemoryStream into = new(SandboxImages.Tar("note.txt", "put in"u8.ToArray()));
        await _engine.PutArchiveAsync(id, "/home/sandbox", into, Token);
        Assert.Equal("put in", await RunAsync(id, "cat /home/sandbox/note.txt; echo changed > /home/sandbox/note.txt"));
        using MemoryStream from = new();
        await _engine.GetArchiveAsync(id, "/home/sandbox/note.txt", from, Token);
        from.Position = 0;
        using TarReader tar = new(from);
        TarEntry entry = (await tar.GetNextEntryAsync(copyData: true, Token))!;
        using StreamReader text = new(entry.DataStream!);
        Assert.Equal(("note.txt", "changed\n"), (entry.Name, await text.ReadToEndAsync(Token)));
        using MemoryStream nothing = new();
        EngineException missing = await Assert.ThrowsAsync<EngineException>(() => _engine.GetArchiveAsync(id, "/no/such", nothing, Token));
        Assert.Equal(EngineFailure.NotFound, missing.Failure);
    }

    [Fact]
    public async Task A_root_file_system_becomes_an_image_and_goes_again()
    {
        using MemoryStream rootfs = new(SandboxImages.Tar("hello", "there"u8.ToArray()));
        string tag = Named("import");
        await _engine.ImportAsync(tag.Split(':')[0], tag.Split(':')[1], rootfs, _ => { }, Token);
        ImageInspect made = (await _engine.InspectImageAsync(tag, Token))!;
        Assert.Contains(tag, made.RepoTags!);
        Assert.Contains(await _engine.ListImagesAsync(Token), image => image.Id == made.Id && image.RepoTags!.Contains(tag));
        await _engine.RemoveImageAsync(tag, Token);
        await _engine.RemoveImageAsync(tag, Token); // gone already
        Assert.Null(await _engine.InspectImageAsync(tag, Token));
    }

    [Fact]
    public async Task An_image_is_pulled_from_its_registry_and_says_how_far_it_is()
    {
        string image = Environment.GetEnvironmentVariable("OPENCLAW_TEST_PULL") ?? "";
        Assert.SkipWhen(image.Length == 0, "no registry: set OPENCLAW_TEST_PULL to an image of 'tests/sandbox/engine.sh registry'");
        Assert.Null(await _engine.InspectImageAsync(image, Token));
        _images.Add(image);
        List<ProgressLine> lines = [];
        await _engine.PullAsync(image, lines.Add, Token);
        Assert.NotNull(await _engine.InspectImageAsync(image, Token));
        Assert.Contains(lines, line => line.Status == "Downloading" && line.Progress?.Contains('/') == true);
        Assert.Contains(lines, line => line.Status == "Pull complete" && line.Id?.Length > 0);
        Assert.Contains("Downloaded newer image", lines[^1].Text);

        EngineException none = await Assert.ThrowsAsync<EngineException>(() => _engine.PullAsync(image + "-no-such", _ => { }, Token));
        Assert.Equal(EngineFailure.NotFound, none.Failure);
        Assert.Contains("manifest unknown", none.Message);
    }

    [Theory] // the Dockerfiles of the program, on a base whose package manager only says what it was asked
    [InlineData("openclaw-sandbox:bookworm-slim", "ripgrep")]
    [InlineData("openclaw-sandbox-common:bookworm-slim", "build-essential")]
    [InlineData("openclaw-sandbox-browser:bookworm-slim", "chromium")]
    public async Task A_dockerfile_of_the_program_builds_and_its_steps_are_told(string known, string package)
    {
        string tag = Named("build");
        List<ProgressLine> lines = [];
        await SandboxImages.BuildAsync(_engine, tag, SandboxImages.Dockerfile(known), lines.Add, Token);
        Assert.Contains(lines, line => line.Text.StartsWith("Step 1/", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Text.StartsWith("apt-get ", StringComparison.Ordinal) && line.Text.Contains(package, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Text.Contains("Successfully built", StringComparison.Ordinal));
        string id = await StartAsync(image: tag);
        Assert.Equal("sandbox 1000\n", await RunAsync(id, "echo $(whoami) $(id -u)"));
        if (package == "chromium")
        {
            Assert.Contains("--remote-debugging-port=9221 about:blank", await RunAsync(id, "cat $(which openclaw-browser)"));
            Assert.Equal("fine\n", await RunAsync(id, "sh -n $(which openclaw-browser) && echo fine"));
        }
    }

    [Fact]
    public async Task A_build_that_fails_says_which_step_and_leaves_no_container()
    {
        List<ProgressLine> lines = [];
        EngineException failed = await Assert.ThrowsAsync<EngineException>(
            () => SandboxImages.BuildAsync(_engine, Named("broken"), $"FROM {Plain}\nLABEL {_label}\nRUN echo on; exit 42\n", lines.Add, Token));
        Assert.Contains("returned a non-zero code: 42", failed.Message);
        Assert.Contains(lines, line => line.Text == "on");
        Assert.Empty(await _engine.ListContainersAsync([_label], Token));
    }

    private string Named(string what)
    {
        string name = $"edge-{what}-{_label[^8..]}:{_images.Count}";
        _images.Add(name);
        return name;
    }

    private async Task<string> StartAsync(string? label = null, string image = Plain)
    {
        string id = await _engine.CreateContainerAsync(
            $"edge-test-{Guid.NewGuid():N}",
            new ContainerCreateRequest
            {
                Image = image,
                Cmd = ["sleep", "infinity"],
                Labels = new Dictionary<string, string> { [(label ?? _label).Split('=')[0]] = (label ?? _label)[((label ?? _label).IndexOf('=') + 1)..] },
                HostConfig = new ContainerHostConfig { NetworkMode = "none", Memory = 64 << 20, PidsLimit = 64, Init = true },
            },
            Token);
        await _engine.StartContainerAsync(id, Token);
        return id;
    }

    private async Task<string> RunAsync(string id, string command)
    {
        string exec = await _engine.CreateExecAsync(id, new ExecCreateRequest { Cmd = ["/bin/sh", "-c", command] }, Token);
        StringBuilder said = new();
        await Guard.Within(_engine.StartExecAsync(exec, false, null, (bytes, _) => said.Append(Encoding.UTF8.GetString(bytes)), Token), limit: s_patience);
        return said.ToString();
    }
}
