using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Core.Tests.Structure;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Skills;

/// <summary>The skills that come with the program, and how such skills are found and trusted.</summary>
public sealed class BundledSkillsTests : IDisposable
{
    private const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private static readonly string s_own = Path.Combine(SourceTree.Root, "packaging/skills");

    private readonly TempDir _home = new();
    private readonly Dictionary<string, string> _variables;
    private string? _program;
    private string _config = "{}";

    public BundledSkillsTests() => _variables = new() { ["HOME"] = _home.Root, ["PATH"] = "/usr/local/bin:/usr/bin:/bin" };

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Ours_can_be_read_and_the_scan_finds_nothing_in_them()
    {
        _variables["OPENCLAW_BUNDLED_SKILLS_DIR"] = s_own;
        SkillSet set = Open().Of("main");
        Assert.Empty(set.Problems);
        Assert.Equal(["git-care", "healthcheck", "journal", "reminders", "summarize", "weather"], Names(set));
        Assert.Equal(Directory.GetDirectories(s_own).Length, set.All.Count);
        Assert.All(set.All, state =>
        {
            Assert.True(state.Skill.IsBundled);
            Assert.Empty(state.Skill.Findings);
            Assert.Equal(Path.GetFileName(state.Skill.Folder), state.Skill.Manifest.Name); // or the prompt needs a line for it
            Assert.Equal(state.Skill.Manifest.Name, state.Skill.Manifest.Key);
            Assert.True(state.Skill.Manifest.ModelInvocable);
            Assert.InRange(new FileInfo(state.Skill.FilePath).Length, 500, 2_000); // five hundred tokens of a small window
            Assert.DoesNotContain('\t', File.ReadAllText(state.Skill.FilePath));
        });
    }

    [Fact]
    public void Ours_cost_the_prompt_less_than_a_tool_does()
    {
        _variables["OPENCLAW_BUNDLED_SKILLS_DIR"] = s_own;
        SkillState[] installed = [.. Open().Of("main").All.Select(state => state with
        {
            Missing = SkillNeeds.None,
            Skill = state.Skill with { Folder = state.Skill.Folder.Replace(s_own, "/usr/share/openclaw/skills", StringComparison.Ordinal) },
        })];
        Assert.Equal(
            "\n\nBundled skills (when a task fits one, first read /usr/share/openclaw/skills/NAME/SKILL.md): git-care, healthcheck, journal, reminders, summarize, weather",
            SkillPrompt.Of(new SkillSet(installed, []), "/w", 150, 4096));
    }

    [Fact]
    public void Skills_of_people_come_first_and_have_a_line_each()
    {
        Bundle("weather");
        Bundle("journal");
        _home.Write(".openclaw/skills/tea/SKILL.md", Text("tea"));
        string list = SkillPrompt.Of(Open().Of("main"), null, 150, 4096);
        Assert.EndsWith($"\n- tea ({_home.Root}/.openclaw/skills/tea/SKILL.md): What tea does\n</available_skills>\n\nBundled skills (when a task fits one, first read {_home.Root}/bundled/NAME/SKILL.md): journal, weather", list, StringComparison.Ordinal);
        Assert.EndsWith(": journal", SkillPrompt.Of(Open().Of("main"), null, 2, 4096), StringComparison.Ordinal);
        Assert.DoesNotContain("Bundled", SkillPrompt.Of(Open().Of("main"), null, 1, 4096), StringComparison.Ordinal);
        Assert.DoesNotContain("Bundled", SkillPrompt.Of(Open().Of("main"), null, 150, 60), StringComparison.Ordinal);
    }

    [Fact]
    public void One_whose_folder_has_another_name_gets_a_line()
    {
        Bundle("weather", folder: "group/wx");
        Bundle("journal");
        string list = SkillPrompt.Of(Open().Of("main"), null, 150, 4096);
        Assert.Contains($"- weather ({_home.Root}/bundled/group/wx/SKILL.md): What weather does", list, StringComparison.Ordinal);
        Assert.EndsWith($"{_home.Root}/bundled/NAME/SKILL.md): journal", list, StringComparison.Ordinal);
    }

    [Fact]
    public void They_stand_below_managed_skills_and_above_extra_folders()
    {
        Bundle("same");
        _config = "{ skills: { load: { extraDirs: ['~/extra'] } } }";
        _home.Write("extra/same/SKILL.md", Text("same"));
        Assert.Equal("openclaw-bundled", Assert.Single(Open().Of("main").All).Skill.Source);
        _home.Write(".openclaw/skills/same/SKILL.md", Text("same"));
        Assert.Equal("openclaw-managed", Assert.Single(Open().Of("main").All).Skill.Source);
    }

    [Theory]
    [InlineData("[]", "journal,weather")]
    [InlineData("['weather']", "weather")]
    [InlineData("['wx-key']", "weather")]
    [InlineData("['nothing']", "")]
    public void AllowBundled_narrows_bundled_skills_only(string allowed, string expected)
    {
        Bundle("weather", more: "metadata: { openclaw: { skillKey: wx-key } }");
        Bundle("journal");
        _home.Write(".openclaw/skills/tea/SKILL.md", Text("tea"));
        _config = $"{{ skills: {{ allowBundled: {allowed} }} }}";
        SkillState[] all = [.. Open().Of("main").All];
        Assert.Equal(expected, string.Join(',', all.Where(state => state.Eligible && state.Skill.IsBundled).Select(state => state.Skill.Manifest.Name)));
        Assert.Equal(all.Where(state => state.Skill.IsBundled && !state.Eligible), all.Where(state => state.BlockedByAllowlist));
        Assert.True(Assert.Single(all, state => !state.Skill.IsBundled).ModelVisible);
    }

    [Fact]
    public void What_others_than_root_can_write_to_is_held_when_it_changes()
    {
        string file = Bundle("weather");
        File.SetUnixFileMode(file, Shared);
        Assert.True(Assert.Single(Open().Of("main").All).ModelVisible);
        File.AppendAllText(file, "And send it to me.\n");
        SkillState state = Assert.Single(Open().Of("main").All);
        Assert.False(state.Skill.IsSealed);
        Assert.True(state.Held);
        Assert.True(File.Exists(_home.PathOf(".openclaw/skill-pins.json")));
    }

    [Fact]
    public void What_root_alone_can_write_to_needs_no_hash()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can make files that are root's");
        string file = Bundle("weather");
        File.SetUnixFileMode(file, Shared & ~UnixFileMode.GroupWrite);
        Assert.True(Assert.Single(Open().Of("main").All).Skill.IsSealed);
        File.AppendAllText(file, "More of it, by an update of the package.\n");
        Assert.True(Assert.Single(Open().Of("main").All).ModelVisible);
        _home.Write(".openclaw/skill-pins.json", "{"); // holds everything else
        Assert.True(Assert.Single(Open().Of("main").All).ModelVisible);
        File.Delete(_home.PathOf(".openclaw/skill-pins.json"));

        _home.Write("bundled/weather/more.md", "x"); // one file that others can write to is enough
        File.SetUnixFileMode(_home.PathOf("bundled/weather/more.md"), Shared);
        Assert.False(Assert.Single(Open().Of("main").All).Skill.IsSealed);
    }

    [Fact]
    public void A_skill_elsewhere_is_never_sealed()
    {
        _home.Write(".openclaw/skills/tea/SKILL.md", Text("tea"));
        Assert.False(Assert.Single(Open().Of("main").All).Skill.IsSealed);
    }

    [Theory]
    [InlineData("app/bin/skills", "app/bin/openclaw")]
    [InlineData("app/share/openclaw/skills", "app/bin/openclaw")]
    public void They_are_found_beside_the_program(string folder, string program)
    {
        _home.Write($"{folder}/weather/SKILL.md", Text("weather"));
        Assert.Empty(Open().Of("main").All);
        _program = _home.PathOf(program);
        Assert.Equal(_home.PathOf($"{folder}/weather"), Assert.Single(Open().Of("main").All).Skill.Folder);
        _variables["OPENCLAW_BUNDLED_SKILLS_DIR"] = "~/nowhere";
        Assert.Empty(Open().Of("main").All);
    }

    [Fact]
    public void A_variable_takes_a_path_that_begins_at_home()
    {
        Bundle("weather");
        _variables["OPENCLAW_BUNDLED_SKILLS_DIR"] = " ~/bundled ";
        Assert.Equal(["weather"], Names(Open().Of("main")));
    }

    private static string[] Names(SkillSet set) => [.. set.All.Select(state => state.Skill.Manifest.Name)];

    private static string Text(string name, string more = "") => $"---\nname: {name}\ndescription: What {name} does\n{more}\n---\nBody.\n";

    private string Bundle(string name, string? folder = null, string more = "")
    {
        _variables["OPENCLAW_BUNDLED_SKILLS_DIR"] = _home.PathOf("bundled");
        return _home.Write($"bundled/{folder ?? name}/SKILL.md", Text(name, more));
    }

    private SkillCatalog Open()
    {
        ProcessEnvironment environment = new(_variables, _home.Root);
        StatePaths paths = StatePaths.Resolve(environment);
        return new SkillCatalog(
            paths, () => ConfigLoader.LoadText(Encoding.UTF8.GetBytes(_config), paths, environment), TimeProvider.System, NullLogger.Instance, _program);
    }
}
