namespace OpenClaw.Edge.Skills;

/// <summary>A skill as an agent has it now. Immutable.</summary>
public sealed record SkillState
{
    /// <summary>The skill.</summary>
    public required Skill Skill { get; init; }

    /// <summary>Whether <c>skills.entries</c> switches it off.</summary>
    public bool Disabled { get; init; }

    /// <summary>Whether it came with the program and <c>skills.allowBundled</c> does not name it.</summary>
    public bool BlockedByAllowlist { get; init; }

    /// <summary>Whether the agent's list does not name it.</summary>
    public bool BlockedByAgent { get; init; }

    /// <summary>What it needs and does not have.</summary>
    public SkillNeeds Missing { get; init; } = SkillNeeds.None;

    /// <summary>The hash that was accepted, where its files are others now; <see langword="null"/> when they are the same.</summary>
    public string? AcceptedHash { get; init; }

    /// <summary>Whether it is kept from the model until a person accepts its change.</summary>
    public bool Held { get; init; }

    /// <summary>Whether it could be used: on, with all it needs, and not held.</summary>
    public bool Eligible => !Disabled && !BlockedByAllowlist && !Held && Missing.IsEmpty;

    /// <summary>Whether the agent may use it.</summary>
    public bool Available => Eligible && !BlockedByAgent;

    /// <summary>Whether the model is told of it.</summary>
    public bool ModelVisible => Available && Skill.Manifest.ModelInvocable;
}
