using OpenClaw.Edge.Skills;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Skills;

public sealed class SkillManifestTests
{
    [Fact]
    public void Everything_is_read_as_the_original_writes_it()
    {
        SkillManifest skill = Read(
            """
            name: image-lab
            description: Generate or edit images
            homepage: https://example.org
            user-invocable: no
            disable-model-invocation: true
            metadata:
              {
                "openclaw":
                  {
                    "emoji": "X",
                    "skillKey": "lab",
                    "always": true,
                    "os": ["linux", "darwin"],
                    "primaryEnv": "GEMINI_API_KEY",
                    "requires": { "bins": ["uv"], "anyBins": ["a", "b"], "env": ["GEMINI_API_KEY"], "config": ["browser.enabled"] },
                    "install": [
                      { "id": "brew", "kind": "brew", "formula": "gemini-cli", "bins": ["gemini"], "label": "Install Gemini CLI (brew)" },
                      { "kind": "go", "module": "example.org/x" },
                      { "kind": "download", "url": "https://example.org/y", "os": ["darwin"] },
                    ],
                  },
              }
            """);

        Assert.Equal(("image-lab", "Generate or edit images", "lab", "X", "https://example.org", "GEMINI_API_KEY"), (skill.Name, skill.Description, skill.Key, skill.Emoji, skill.Homepage, skill.PrimaryEnv));
        Assert.True(skill.Always);
        Assert.False(skill.UserInvocable);
        Assert.False(skill.ModelInvocable);
        Assert.Equal(["uv"], skill.Requires.Bins);
        Assert.Equal(["a", "b"], skill.Requires.AnyBins);
        Assert.Equal(["GEMINI_API_KEY"], skill.Requires.Env);
        Assert.Equal(["browser.enabled"], skill.Requires.Config);
        Assert.Equal(["linux", "darwin"], skill.Requires.Os);
        Assert.Equal(["Install Gemini CLI (brew)", "Install example.org/x (go)"], skill.Install.Select(way => way.Label));
    }

    [Theory]
    [InlineData("metadata: { clawdbot: { requires: { bins: [jq] } } }", "jq")]
    [InlineData("metadata: '{ openclaw: { requires: { bins: [\"jq\"] } } }'", "jq")]
    [InlineData("metadata:\n  openclaw:\n    requires:\n      bins:\n        - jq\n        - rg", "jq rg")]
    [InlineData("metadata: { openclaw: { requires: { bins: \"jq, rg\" } }, clawdbot: { requires: { bins: [no] } } }", "jq rg")]
    public void Metadata_has_many_shapes(string metadata, string bins) =>
        Assert.Equal(bins, string.Join(' ', Read($"description: d\n{metadata}").Requires.Bins));

    [Fact]
    public void A_skill_without_a_name_is_called_like_its_folder() => Assert.Equal("folder", Read("description: d").Name);

    [Fact]
    public void What_is_shown_is_one_visible_line()
    {
        SkillManifest skill = Read("name: \"a\\n\\tb\"\ndescription: \"one\\u202E two\\u200B\\u0007 \\uDB40\\uDC41 three 👩‍🚀\"");
        Assert.Equal("a b", skill.Name);
        Assert.Equal("one two three 👩‍🚀", skill.Description);
    }

    [Theory]
    [InlineData("name: a", "no description")]
    [InlineData("description: d\nname: 12345678901234567890123456789012345678901234567890123456789012345", "1 to 64")]
    public void What_cannot_be_a_skill_is_refused(string head, string told)
    {
        Assert.False(SkillManifest.TryRead($"---\n{head}\n---\n", "folder", out _, out string problem));
        Assert.Contains(told, problem, StringComparison.Ordinal);
    }

    private static SkillManifest Read(string head)
    {
        Assert.True(SkillManifest.TryRead($"---\n{head}\n---\n# Body", "folder", out SkillManifest? skill, out string problem), problem);
        return skill;
    }
}
