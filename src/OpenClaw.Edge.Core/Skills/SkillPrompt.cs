using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Skills;

/// <summary>The list of skills as a model reads it, within a budget, in an order that does not change: a line for each that people put
/// there, names alone for those that came with the program. Stateless.</summary>
public static class SkillPrompt
{
    private const string Head = "\n\nSkills: when a task fits one, first read its file with the read tool, then do as it says.\n<available_skills>";
    private const string Foot = "\n</available_skills>";
    private const int NoteRoom = 80;
    private const int MaxChars = 18_000; // the original's

    /// <summary>What of the prompt skills may take.</summary>
    /// <param name="configured">The configured number of characters.</param>
    /// <param name="window">Window in tokens: an eighth of it, at four characters a token.</param>
    public static int Budget(int? configured, int window) => configured ?? Math.Min(MaxChars, window / 2);

    /// <summary>The list; empty when the model is told of none.</summary>
    /// <param name="skills">The agent's.</param>
    /// <param name="workspace">Folder that short paths start from; null writes whole paths.</param>
    /// <param name="most">Skills at most.</param>
    /// <param name="chars">Characters at most. Descriptions are cut before skills are left out.</param>
    public static string Of(SkillSet skills, string? workspace, int most, int chars)
    {
        ArgumentNullException.ThrowIfNull(skills);
        SkillState[] all = [.. skills.All.Where(state => state.ModelVisible)];
        string? folder = Array.Find(all, state => state.Skill.IsBundled) is { } first ? Path.GetDirectoryName(first.Skill.Folder) : null;
        SkillState[] listed = folder is null ? all : Array.FindAll(all, state => !IsNamed(state, folder));
        string named = folder is null ? "" : Names(Array.FindAll(all, state => IsNamed(state, folder)), folder, most - listed.Length, chars);
        return Lines(listed, workspace, most, chars - named.Length) + named;
    }

    private static string Lines(SkillState[] all, string? workspace, int most, int chars)
    {
        SkillState[] shown = [.. all.Take(most)];
        int room = chars - Head.Length - Foot.Length;
        if (shown.Length == 0 || room <= 0)
        {
            return "";
        }

        int bare = shown.Sum(state => Line(state.Skill, workspace, 0).Length);
        int whole = shown.Sum(state => Line(state.Skill, workspace, int.MaxValue).Length);
        bool fits = whole <= room && shown.Length == all.Length;
        room -= fits ? 0 : NoteRoom;
        int each = whole <= room ? int.MaxValue : Math.Max(0, ((room - bare) / shown.Length) - 2);
        StringBuilder list = new(Head);
        int count = 0;
        foreach (SkillState state in shown)
        {
            string line = Line(state.Skill, workspace, each);
            if (list.Length + line.Length - Head.Length > room)
            {
                break;
            }

            list.Append(line);
            count++;
        }

        if (count < all.Length)
        {
            list.Append(CultureInfo.InvariantCulture, $"\n({all.Length - count} more do not fit: openclaw skills check)");
        }

        return count == 0 ? "" : list.Append(Foot).ToString();
    }

    // Where the folder has the skill's name, the name says the path: a dozen characters a skill, of the eight thousand bytes for "hello".
    private static bool IsNamed(SkillState state, string folder) =>
        state.Skill.IsBundled && state.Skill.Folder == Path.Combine(folder, state.Skill.Manifest.Name);

    private static string Names(SkillState[] bundled, string folder, int most, int chars)
    {
        string names = string.Join(", ", bundled.Take(most).Select(state => state.Skill.Manifest.Name));
        string text = $"\n\nBundled skills (when a task fits one, first read {folder}/NAME/{SkillPlace.FileName}): {names}";
        return names.Length == 0 || text.Length > chars ? "" : Plain(text);
    }

    /// <summary>The path that the model is told.</summary>
    public static string PathOf(Skill skill, string? workspace)
    {
        ArgumentNullException.ThrowIfNull(skill);
        return workspace is not null && skill.FilePath.StartsWith(workspace.TrimEnd('/') + "/", StringComparison.Ordinal)
            ? skill.FilePath[(workspace.TrimEnd('/').Length + 1)..]
            : skill.FilePath;
    }

    // The name is that of the folder almost always; then the path says it.
    private static string Line(Skill skill, string? workspace, int described)
    {
        string about = skill.Manifest.Description;
        about = described >= about.Length ? about : described < 8 ? "" : Cut(about, described);
        string line = $"\n- {skill.Manifest.Name} ({PathOf(skill, workspace)})";
        return Plain(about.Length == 0 ? line : $"{line}: {about}");
    }

    private static string Cut(string text, int length) =>
        string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");

    // A description cannot end the list.
    private static string Plain(string text) => text.Replace("</", "< /", StringComparison.Ordinal);
}
