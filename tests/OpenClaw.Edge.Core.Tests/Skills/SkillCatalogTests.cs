using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Skills;

public sealed class SkillCatalogTests : IDisposable
{
    private readonly TempDir _home = new();
    private readonly Dictionary<string, string> _variables;
    private string _config = "{}";
    private SkillCatalog _catalog;

    public SkillCatalogTests()
    {
        _variables = new() { ["HOME"] = _home.Root, ["PATH"] = _home.Subdirectory("bin") };
        _catalog = Open();
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Nothing_is_there_and_nothing_is_made()
    {
        Assert.Same(SkillSet.Empty, _catalog.Of("main"));
        Assert.False(Directory.Exists(_home.PathOf(".openclaw")));
    }

    [Fact]
    public void The_nearer_place_wins()
    {
        _config = $"{{ skills: {{ load: {{ extraDirs: ['~/extra'] }} }} }}";
        string[] places = ["extra", ".openclaw/skills", ".agents/skills", ".openclaw/workspace/.agents/skills", ".openclaw/workspace/skills"];
        string[] sources = ["openclaw-extra", "openclaw-managed", "agents-skills-personal", "agents-skills-project", "openclaw-workspace"];
        for (int i = 0; i < places.Length; i++)
        {
            Write($"{places[i]}/same/SKILL.md", "same");
            Assert.Equal(sources[i], Assert.Single(_catalog.Of("main").All).Skill.Source);
        }
    }

    [Fact]
    public void Personal_skills_belong_to_the_default_state_only()
    {
        Write(".agents/skills/mine/SKILL.md", "mine");
        _variables["OPENCLAW_STATE_DIR"] = _home.PathOf("elsewhere");
        _catalog = Open();
        Assert.Empty(_catalog.Of("main").All);
    }

    [Fact]
    public void Folders_may_be_grouped_six_deep_and_a_skill_ends_the_search()
    {
        Write(".openclaw/skills/a/b/c/d/e/deep/SKILL.md", "deep");
        Write(".openclaw/skills/a/b/c/d/e/f/deeper/SKILL.md", "deeper");
        Write(".openclaw/skills/top/SKILL.md", "top");
        Write(".openclaw/skills/top/inner/SKILL.md", "inner");
        Write(".openclaw/skills/.hidden/SKILL.md", "hidden");
        Write(".openclaw/skills/node_modules/x/SKILL.md", "x");
        Assert.Equal(["deep", "top"], Names(_catalog.Of("main")));
    }

    [Fact]
    public void Needs_are_looked_for_on_this_machine()
    {
        Write(".openclaw/skills/a/SKILL.md", "a", "metadata: { openclaw: { primaryEnv: KEY_A, requires: { bins: [tool], anyBins: [x, y], env: [KEY_A, KEY_B], config: [gateway.port, hooks.token] } } }");
        Write(".openclaw/skills/mac/SKILL.md", "mac", "metadata: { openclaw: { os: [darwin], always: true } }");
        Write(".openclaw/skills/z/SKILL.md", "z", "metadata: { openclaw: { always: true, requires: { bins: [nothing-like-it] } } }");
        SkillState before = _catalog.Of("main").Find("a")!;
        Assert.False(before.Eligible);
        Assert.Equal("tool|x,y|KEY_A,KEY_B|gateway.port,hooks.token|", Missing(before));

        File.WriteAllText(_home.PathOf("bin/tool"), "");
        Assert.Equal("tool|x,y|KEY_A,KEY_B|gateway.port,hooks.token|", Missing(_catalog.Of("main").Find("a")!)); // not executable
        foreach (string program in (string[])["tool", "y"])
        {
            File.WriteAllText(_home.PathOf("bin/" + program), "");
            File.SetUnixFileMode(_home.PathOf("bin/" + program), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        _variables["KEY_B"] = "b";
        _config = "{ gateway: { port: 1 }, hooks: { token: 'abcdefghijklmnopqrstuvwx' }, skills: { entries: { a: { apiKey: 'secret', env: { KEY_C: 'c' } } } } }";
        SkillSet after = _catalog.Of("main");
        Assert.Equal("||||", Missing(after.Find("a")!));
        Assert.True(after.Find("a")!.ModelVisible);
        Assert.True(after.Find("z")!.Eligible);
        Assert.Equal(["darwin"], after.Find("mac")!.Missing.Os);
        IReadOnlyDictionary<string, string> environment = _catalog.EnvironmentOf("main");
        Assert.Equal(["KEY_A=secret", "KEY_B=b", "KEY_C=c"], environment.Select(pair => $"{pair.Key}={pair.Value}").Order());
    }

    [Fact]
    public void A_reference_to_a_variable_is_a_key_and_the_gateways_own_variable_wins()
    {
        Write(".openclaw/skills/a/SKILL.md", "a", "metadata: { openclaw: { primaryEnv: KEY_A, requires: { env: [KEY_A] } } }");
        _config = "{ skills: { entries: { a: { apiKey: { source: 'env', provider: 'default', id: 'OTHER' } } } } }";
        Assert.Empty(_catalog.EnvironmentOf("main"));
        _variables["OTHER"] = "from other";
        Assert.Equal("from other", _catalog.EnvironmentOf("main")["KEY_A"]);
        _variables["KEY_A"] = "own";
        Assert.Equal("own", _catalog.EnvironmentOf("main")["KEY_A"]);
    }

    [Fact]
    public void Each_agent_has_its_own_list_and_workspace()
    {
        foreach (string name in (string[])["one", "two", "three"])
        {
            Write($".openclaw/skills/{name}/SKILL.md", name);
        }

        Write(".openclaw/workspace-b/skills/four/SKILL.md", "four");
        Write(".openclaw/skills/off/SKILL.md", "off");
        _config = "{ agents: { defaults: { skills: ['one', 'off'] }, list: [{ id: 'a' }, { id: 'b', skills: ['two', 'four'] }, { id: 'c', skills: [] }] }, skills: { entries: { off: { enabled: false } } } }";

        Assert.Equal(["one"], _catalog.Of("a").Available.Select(state => state.Skill.Manifest.Name));
        Assert.Equal(["four", "two"], _catalog.Of("b").Available.Select(state => state.Skill.Manifest.Name));
        Assert.Empty(_catalog.Of("c").Available);
        Assert.True(_catalog.Of("a").Find("off")!.Disabled);
        Assert.True(_catalog.Of("a").Find("two")!.BlockedByAgent);
        Assert.DoesNotContain("four", Names(_catalog.Of("a")));
    }

    [Fact]
    public void A_changed_skill_is_held_until_it_is_accepted()
    {
        Write(".openclaw/skills/a/SKILL.md", "a");
        Write(".openclaw/skills/a/run.sh", null, "echo one");
        string first = _catalog.Of("main").Find("a")!.Skill.Hash;
        Write(".openclaw/skills/a/run.sh", null, "echo two");
        SkillState held = _catalog.Of("main").Find("a")!;

        Assert.True(held.Held);
        Assert.False(held.ModelVisible);
        Assert.Equal(first, held.AcceptedHash);
        Assert.Contains("openclaw skills accept", _catalog.Warning!.Message, StringComparison.Ordinal);
        Assert.False(_catalog.TryAccept("main", "a", first, out string problem));
        Assert.Contains("has changed since", problem, StringComparison.Ordinal);
        Assert.False(_catalog.TryAccept("main", "b", first, out problem));
        Assert.True(_catalog.TryAccept("main", "a", held.Skill.Hash, out problem), problem);
        Assert.True(_catalog.Of("main").Find("a")!.ModelVisible);
        Assert.Null(_catalog.Warning);
        _catalog = Open(); // a restart
        Assert.True(_catalog.Of("main").Find("a")!.ModelVisible);
        Assert.True((File.GetUnixFileMode(_home.PathOf(".openclaw/skill-pins.json")) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) == 0);
    }

    [Theory]
    [InlineData("run.sh", "rewritten")]
    [InlineData("run.sh", "same size")]
    [InlineData("run.sh", "executable")]
    [InlineData("new.sh", "added")]
    [InlineData("run.sh", "removed")]
    public void Every_change_counts(string file, string how)
    {
        Write(".openclaw/skills/a/SKILL.md", "a");
        Write(".openclaw/skills/a/run.sh", null, "echo one");
        string first = _catalog.Of("main").Find("a")!.Skill.Hash;
        string path = _home.PathOf($".openclaw/skills/a/{file}");
        DateTime written = File.GetLastWriteTimeUtc(_home.PathOf(".openclaw/skills/a/run.sh"));
        switch (how)
        {
            case "executable":
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
                break;
            case "removed":
                File.Delete(path);
                break;
            default:
                File.WriteAllText(path, how == "same size" ? "echo two" : "echo more than one");
                File.SetLastWriteTimeUtc(path, written); // who wants to hide a change sets the time back
                break;
        }

        SkillState now = _catalog.Of("main").Find("a")!;
        Assert.NotEqual(first, now.Skill.Hash);
        Assert.True(now.Held);
    }

    [Fact]
    public void What_tools_leave_behind_does_not_count()
    {
        Write(".openclaw/skills/a/SKILL.md", "a");
        string first = _catalog.Of("main").Find("a")!.Skill.Hash;
        Write(".openclaw/skills/a/__pycache__/x.pyc", null, "x");
        Write(".openclaw/skills/a/node_modules/y/z.js", null, "y");
        Assert.Equal(first, _catalog.Of("main").Find("a")!.Skill.Hash);
    }

    [Theory]
    [InlineData("warn", false, true)]
    [InlineData("off", false, false)]
    [InlineData("hold", true, true)]
    public void Pinning_may_only_warn_or_be_off(string pinning, bool held, bool noted)
    {
        _config = $"{{ skills: {{ pinning: '{pinning}' }} }}";
        Write(".openclaw/skills/a/SKILL.md", "a");
        _catalog.Of("main");
        Write(".openclaw/skills/a/more.md", null, "more");
        SkillState state = _catalog.Of("main").Find("a")!;
        Assert.Equal((held, noted), (state.Held, state.AcceptedHash is not null));
    }

    [Fact]
    public void A_broken_file_of_hashes_holds_everything()
    {
        Write(".openclaw/skills/a/SKILL.md", "a");
        _home.Write(".openclaw/skill-pins.json", "{");
        Assert.True(_catalog.Of("main").Find("a")!.Held);
        Assert.Equal("{", _home.Read(".openclaw/skill-pins.json"));
        Assert.False(_catalog.TryAccept("main", "a", _catalog.Of("main").Find("a")!.Skill.Hash, out string problem));
        Assert.Contains("skill-pins.json cannot be read", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_hashes_that_was_repaired_holds_again_what_it_held_before()
    {
        Write(".openclaw/skills/a/SKILL.md", "a");
        Write(".openclaw/skills/b/SKILL.md", "b");
        _catalog.Of("main");
        string pins = _home.Read(".openclaw/skill-pins.json");
        Write(".openclaw/skills/b/more.md", null, "more");
        _home.Write(".openclaw/skill-pins.json", "{");
        SkillCatalog catalog = Open();
        Assert.All(catalog.Of("main").All, state => Assert.True(state.Held));
        _home.Write(".openclaw/skill-pins.json", pins);
        Assert.Equal(["b"], catalog.Of("main").All.Where(state => state.Held).Select(state => state.Skill.Manifest.Name));
        Assert.Equal(pins, _home.Read(".openclaw/skill-pins.json"));
    }

    [Fact]
    public void Links_that_leave_are_refused()
    {
        Write("outside/stolen/SKILL.md", "stolen");
        _home.Write("secret.txt", "secret");
        _home.Subdirectory(".openclaw/workspace/skills");
        File.CreateSymbolicLink(_home.PathOf(".openclaw/workspace/skills/stolen"), _home.PathOf("outside/stolen"));
        Write(".openclaw/workspace/skills/leaky/SKILL.md", "leaky");
        File.CreateSymbolicLink(_home.PathOf(".openclaw/workspace/skills/leaky/note.txt"), "../../../../secret.txt");
        _home.Subdirectory(".openclaw/workspace/skills/whole");
        File.CreateSymbolicLink(_home.PathOf(".openclaw/workspace/skills/whole/SKILL.md"), _home.PathOf("outside/stolen/SKILL.md"));

        SkillSet set = _catalog.Of("main");
        Assert.Empty(set.All);
        Assert.Equal(3, set.Problems.Count);
        Assert.Contains(set.Problems, problem => problem.Path.EndsWith("/stolen", StringComparison.Ordinal) && problem.Message.Contains("allowSymlinkTargets", StringComparison.Ordinal));
        Assert.Contains(set.Problems, problem => problem.Message.Contains("note.txt is a link that leaves", StringComparison.Ordinal));
        _config = "{ skills: { load: { allowSymlinkTargets: ['~/outside'] } } }";
        Assert.Equal(["stolen"], Names(_catalog.Of("main")));
    }

    [Fact]
    public void The_managed_folder_may_link_to_skills_and_a_skill_into_itself()
    {
        Write("repo/tool/SKILL.md", "tool");
        File.CreateSymbolicLink(_home.PathOf("repo/tool/again.md"), "SKILL.md");
        _home.Subdirectory(".openclaw/skills");
        File.CreateSymbolicLink(_home.PathOf(".openclaw/skills/tool"), _home.PathOf("repo/tool"));
        Assert.Equal(["tool"], Names(_catalog.Of("main")));
    }

    [Fact]
    public void A_pipe_or_a_flood_is_left_out_and_the_others_stay()
    {
        Write(".openclaw/skills/good/SKILL.md", "good");
        Write(".openclaw/skills/big/SKILL.md", "big");
        _home.Write(".openclaw/skills/big/blob", new string('x', (1024 * 1024) + 1));
        Write(".openclaw/skills/many/SKILL.md", "many");
        for (int i = 0; i < 300; i++)
        {
            _home.Write($".openclaw/skills/many/{i}", "");
        }

        Write(".openclaw/skills/pipe/SKILL.md", "pipe");
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", _home.PathOf(".openclaw/skills/pipe/fifo")))
        {
            made.WaitForExit();
        }

        SkillSet set = _catalog.Of("main");
        Assert.Equal(["good"], Names(set));
        Assert.Equal(3, set.Problems.Count);
    }

    [Fact]
    public void The_number_of_skills_is_bounded()
    {
        _config = "{ skills: { limits: { maxSkillsLoadedPerSource: 3, maxSkillFileBytes: 200 } } }";
        for (int i = 0; i < 5; i++)
        {
            Write($".openclaw/skills/s{i}/SKILL.md", $"s{i}");
        }

        SkillSet set = _catalog.Of("main");
        Assert.Equal(3, set.All.Count);
        Assert.Contains("skills.limits", Assert.Single(set.Problems).Message, StringComparison.Ordinal);
        Write(".openclaw/skills/s0/SKILL.md", "s0", "homepage: " + new string('x', 300));
        Assert.Contains(_catalog.Of("main").Problems, problem => problem.Message.Contains("a file may have 200", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Image Lab")]
    [InlineData("image_lab")]
    [InlineData("key")]
    [InlineData("KEY")]
    public void A_skill_is_found_as_a_person_names_it(string named)
    {
        Write(".openclaw/skills/a/SKILL.md", "image-lab", "metadata: { openclaw: { skillKey: key } }");
        Assert.Equal("image-lab", _catalog.Of("main").Find(named)?.Skill.Manifest.Name);
    }

    [Fact]
    public void A_file_that_the_disk_does_not_give_leaves_its_skill_out_until_it_does()
    {
        Write(".openclaw/skills/a/SKILL.md", "a");
        Write(".openclaw/skills/b/SKILL.md", "b");
        _home.Write(".openclaw/skills/a/stale.md", "x");
        bool fails = true;
        ManualTimeProvider later = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)); // so the files have settled
        SkillCatalog catalog = Open(later, (file, length) =>
            fails && FileNative.PathOf(file)!.EndsWith("stale.md", StringComparison.Ordinal) ? throw new IOException("Stale file handle") : SkillReader.Read(file, length));

        SkillSet before = catalog.Of("main");
        Assert.Equal(["b"], Names(before));
        Assert.Equal("stale.md cannot be read: Stale file handle", Assert.Single(before.Problems).Message);
        fails = false;
        Assert.Equal(["a", "b"], Names(catalog.Of("main")));
    }

    private static string[] Names(SkillSet set) => [.. set.All.Select(state => state.Skill.Manifest.Name)];

    private static string Missing(SkillState state) => string.Join('|', ((IReadOnlyList<string>[])[state.Missing.Bins, state.Missing.AnyBins, state.Missing.Env, state.Missing.Config, state.Missing.Os]).Select(list => string.Join(',', list)));

    private void Write(string path, string? name, string more = "") =>
        _home.Write(path, name is null ? more : $"---\nname: {name}\ndescription: What {name} does\n{more}\n---\nBody of {name}.\n");

    private SkillCatalog Open(TimeProvider? clock = null, Func<SafeFileHandle, int, byte[]>? read = null)
    {
        ProcessEnvironment Environment() => new(_variables, _home.Root);
        StatePaths paths = StatePaths.Resolve(Environment());
        return new SkillCatalog(
            paths, () => ConfigLoader.LoadText(System.Text.Encoding.UTF8.GetBytes(_config), paths, Environment()), clock ?? TimeProvider.System, NullLogger.Instance)
        {
            ReadFile = read ?? SkillReader.Read,
        };
    }
}
