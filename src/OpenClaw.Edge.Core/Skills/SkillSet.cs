namespace OpenClaw.Edge.Skills;

/// <summary>The skills of one agent at one moment. Immutable.</summary>
/// <param name="All">Skills by name; of two with one name the one of the nearer place.</param>
/// <param name="Problems">Folders that are not skills although they look like it.</param>
public sealed record SkillSet(IReadOnlyList<SkillState> All, IReadOnlyList<SkillProblem> Problems)
{
    /// <summary>No skills.</summary>
    public static SkillSet Empty { get; } = new([], []);

    /// <summary>Those that the agent may use.</summary>
    public IEnumerable<SkillState> Available => All.Where(state => state.Available);

    /// <summary>Finds a skill as a person names it: by name or key, exactly, else whatever the case and with any of <c>-_ </c>
    /// between words. Null when none or several are meant.</summary>
    public SkillState? Find(string named)
    {
        string asked = named.Trim();
        Func<SkillManifest, bool>[] ways =
        [
            one => one.Name == asked,
            one => one.Key == asked,
            one => one.Name.Equals(asked, StringComparison.OrdinalIgnoreCase) || one.Key.Equals(asked, StringComparison.OrdinalIgnoreCase),
            one => Plain(one.Name) == Plain(asked) || Plain(one.Key) == Plain(asked),
        ];
        foreach (Func<SkillManifest, bool> way in ways)
        {
            SkillState[] meant = [.. All.Where(state => way(state.Skill.Manifest))];
            if (meant.Length > 0)
            {
                return meant.Length == 1 ? meant[0] : null;
            }
        }

        return null;
    }

    private static string Plain(string name) => name.ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
}
