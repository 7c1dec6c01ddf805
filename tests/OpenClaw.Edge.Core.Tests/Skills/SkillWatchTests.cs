using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Skills;

public sealed class SkillWatchTests : IDisposable
{
    private readonly TempDir _home = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly LineLog _log = new();
    private readonly StatePaths _paths;
    private string _config = "{}";

    public SkillWatchTests() => _paths = StatePaths.Resolve(Environment());

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Nothing_is_watched_before_somebody_has_looked_nor_after_all_have_gone()
    {
        using SkillWatch watch = Open();
        Skill("skills/early");
        await QuietAsync(watch);
        watch.Arm();
        watch.Rest();
        Skill("skills/late");
        await QuietAsync(watch);
        watch.Arm();
        Skill("skills/heard");
        await HeardAsync(watch, "watch");
    }

    [Theory]
    [InlineData("skills/new/SKILL.md")]
    [InlineData("skills/a/b/c/new/SKILL.md")]
    [InlineData("workspace/skills/new/SKILL.md")]
    [InlineData("workspace/.agents/skills/new/SKILL.md")]
    public async Task A_skill_that_comes_is_told_wherever_it_lies(string file)
    {
        using SkillWatch watch = Open();
        watch.Arm();
        Skill(Path.GetDirectoryName(file)!);
        await HeardAsync(watch, "watch");
        Assert.Single(_told);
    }

    [Fact]
    public async Task A_skill_that_changes_or_goes_is_told_and_other_files_are_not()
    {
        Skill("skills/a");
        Skill("skills/group/b");
        using SkillWatch watch = Open();
        watch.Arm();
        _home.Write(".openclaw/notes.md", "x");
        _home.Write(".openclaw/skills/group/notes.md", "x");
        await QuietAsync(watch);
        Skill("skills/a", "another");
        await HeardAsync(watch, "watch");
        _home.Write(".openclaw/skills/group/b/run.sh", "echo");
        await HeardAsync(watch, "watch");
        Directory.Delete(_home.PathOf(".openclaw/skills/group"), recursive: true);
        await HeardAsync(watch, "watch");
        Skill("skills/group/b");
        await HeardAsync(watch, "watch");
    }

    [Fact]
    public async Task Files_that_are_being_written_are_waited_for_and_not_for_ever()
    {
        _config = "{ skills: { load: { watchDebounceMs: 5000 } } }";
        using SkillWatch watch = Open();
        watch.Arm();
        Skill("skills/a");
        watch.Look();
        _time.Advance(4000);
        watch.Look();
        Assert.Empty(_told);
        for (int second = 0; _told.IsEmpty; second++)
        {
            Assert.True(second < 40, "it waits for ever");
            Skill("skills/a", second.ToString(System.Globalization.CultureInfo.InvariantCulture));
            _time.Advance(1000);
            watch.Look();
            await Eventually.HoldsAsync(() => !watch.Busy);
        }
    }

    [Fact]
    public async Task What_the_configuration_moves_is_no_news_of_the_files()
    {
        Skill("extra/a");
        using SkillWatch watch = Open();
        watch.Arm();
        _config = $"{{ skills: {{ load: {{ extraDirs: ['{_home.PathOf(".openclaw/extra")}'] }} }} }}";
        watch.Reconfigured();
        await QuietAsync(watch);
        Skill("extra/b");
        await HeardAsync(watch, "watch");
        _config = "{ skills: { load: { watch: false } } }";
        watch.Reconfigured();
        await QuietAsync(watch);
        watch.Arm();
        Skill("skills/c");
        await QuietAsync(watch);
        Assert.Single(_told);
    }

    [Fact]
    public async Task More_folders_than_are_watched_are_told_of_once()
    {
        Skill("skills/a");
        using SkillWatch watch = Open(maxFolders: 1);
        watch.Arm();
        Assert.Equal(["watch-unavailable"], _told);
        watch.Arm();
        Skill("skills/b");
        await HeardAsync(watch, "watch");
        await QuietAsync(watch);
        Assert.Equal(["watch-unavailable", "watch"], _told);
    }

    [Fact]
    public async Task What_lies_inside_of_a_skill_is_watched_as_far_as_it_is_read()
    {
        Skill("skills/a");
        string script = _home.Write(".openclaw/skills/a/scripts/deep/run.sh", "echo");
        _home.Write(".openclaw/skills/a/node_modules/x/index.js", "x");
        File.CreateSymbolicLink(_home.PathOf(".openclaw/skills/a/scripts/again"), "..");
        using SkillWatch watch = Open(maxFolders: 4);
        watch.Arm();
        Assert.Empty(_told);
        await File.WriteAllTextAsync(script, "curl");
        await HeardAsync(watch, "watch");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await HeardAsync(watch, "watch");
        _home.Write(".openclaw/skills/a/node_modules/x/index.js", "y");
        await QuietAsync(watch);
    }

    [Fact]
    public async Task Where_there_is_room_for_some_folders_those_of_skills_come_before_those_inside()
    {
        Skill("skills/a");
        Skill("skills/b");
        _home.Write(".openclaw/skills/a/scripts/run.sh", "echo");
        using SkillWatch watch = Open(maxFolders: 3);
        watch.Arm();
        Assert.Equal(["watch-unavailable"], _told);
        Skill("skills/b", "another");
        await HeardAsync(watch, "watch");
    }

    [Fact]
    public void Links_in_circles_are_gone_round_once()
    {
        _home.Subdirectory(".openclaw/skills");
        for (int i = 0; i < 20; i++)
        {
            File.CreateSymbolicLink(_home.PathOf($".openclaw/skills/{i}"), ".");
        }

        using FolderWatch watch = new();
        Assert.True(new SkillFolders(watch, most: 1).TryAddRoot(_home.PathOf(".openclaw/skills/")));
    }

    [Fact]
    public async Task Folders_that_move_with_the_one_above_are_missed_and_found_again()
    {
        Skill("workspace/skills/a");
        using SkillWatch watch = Open();
        watch.Arm();
        Directory.Move(_home.PathOf(".openclaw/workspace"), _home.PathOf(".openclaw/aside"));
        await HeardAsync(watch, "watch");
        Directory.Move(_home.PathOf(".openclaw/aside"), _home.PathOf(".openclaw/workspace"));
        await HeardAsync(watch, "watch");
    }

    [Fact]
    public async Task A_look_that_breaks_off_is_logged_once_and_made_again()
    {
        bool broken = false;
        using SkillWatch watch = Open(agents: () => broken ? throw new IOException("a stale handle") : ["main"]);
        watch.Arm();
        broken = true;
        Skill("skills/a");
        await Eventually.HoldsAsync(() =>
        {
            Second(watch);
            return _log.Lines.Any(line => line.Contains("broke off") && line.Contains("a stale handle"));
        });
        await Eventually.HoldsAsync(() => !watch.Busy);
        Assert.Empty(_told);
        broken = false;
        await HeardAsync(watch, "watch");
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task Who_stops_it_does_not_wait_for_a_look_on_a_slow_disk()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim read = new(initialState: true);
        using SkillWatch watch = Open(agents: () =>
        {
            if (!read.IsSet)
            {
                begun.TrySetResult();
                read.Wait();
            }

            return ["main"];
        });
        watch.Arm();
        read.Reset();
        watch.Reconfigured();
        watch.Look();
        await begun.Task;
        try
        {
            await Guard.Within(Task.Run(watch.Rest));
        }
        finally
        {
            read.Set();
        }

        Skill("skills/a");
        await QuietAsync(watch);
        Assert.Empty(_told);
    }

    private async Task HeardAsync(SkillWatch watch, string reason)
    {
        int before = _told.Count;
        await Eventually.HoldsAsync(() =>
        {
            Second(watch);
            return _told.Count > before;
        });
        Assert.Equal(reason, _told.Last());
    }

    // Nothing is to be told: enough looks for what was noted to be looked at, one after the other.
    private async Task QuietAsync(SkillWatch watch)
    {
        int before = _told.Count;
        for (int look = 0; look < 4; look++)
        {
            Second(watch);
            await Eventually.HoldsAsync(() => !watch.Busy);
        }

        Assert.Equal(before, _told.Count);
    }

    private void Second(SkillWatch watch)
    {
        _time.Advance(1000);
        watch.Look();
    }

    private void Skill(string folder, string about = "this") =>
        _home.Write($".openclaw/{folder}/SKILL.md", $"---\nname: {Path.GetFileName(folder)}\ndescription: It does {about}\n---\nBody.\n");

    private SkillWatch Open(int maxFolders = 256, Func<IReadOnlyList<string>>? agents = null) => new(
        new SkillCatalog(_paths, Snapshot, TimeProvider.System, NullLogger.Instance), agents ?? (static () => ["main"]), Snapshot, _time, _log, _told.Enqueue)
    {
        MaxFolders = maxFolders,
    };

    private ConfigSnapshot Snapshot() => ConfigLoader.LoadText(Encoding.UTF8.GetBytes(_config), _paths, Environment());

    private ProcessEnvironment Environment() => new(new Dictionary<string, string> { ["HOME"] = _home.Root, ["PATH"] = _home.Root }, _home.Root);

    private sealed class LineLog : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception?.Message}");
    }
}
