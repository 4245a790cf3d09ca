using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace WorkflowAspire.Hosting.Tests;

/// <summary>What the AppHost's stores are made of; nothing is started.</summary>
public sealed class ChoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("choice-test-").FullName;

    [Fact]
    public void Garnet_is_a_project_and_SQLite_is_a_connection_string_without_a_process()
    {
        using var model = Describe("--Local:Redis=garnet", "--Local:Database=sqlite");

        model.Resource("redis").ShouldBeOfType<GarnetResource>();
        model.Resource("workflow").ShouldBeOfType<ConnectionStringResource>();
        model.Resources.ShouldNotContain(resource => resource.Name == "postgres");
    }

    [Fact]
    public async Task SQLite_is_a_file_in_the_data_folder()
    {
        using var model = Describe("--Local:Redis=server", "--Local:Database=sqlite");

        (await model.ConnectionStringOf("workflow")).ShouldBe($"Data Source={Path.Combine(_folder, "workflow.db")}");
    }

    [Fact]
    public async Task A_given_connection_string_wins_over_every_other_choice()
    {
        using var model = Describe(
            "--ConnectionStrings:redis=redis.example:7000,password=open-sesame", "--Local:Redis=garnet",
            "--ConnectionStrings:workflow=Host=db.example;Database=theirs;Password=open-sesame", "--Local:Database=sqlite");

        (await model.ConnectionStringOf("redis")).ShouldBe("redis.example:7000,password=open-sesame");
        (await model.ConnectionStringOf("workflow")).ShouldBe("Host=db.example;Database=theirs;Password=open-sesame");
        model.Said("redis").ShouldBe("the server at redis.example:7000: ConnectionStrings:redis is given");
        model.Said("workflow").ShouldBe("the server at db.example: ConnectionStrings:workflow is given");
    }

    [Theory]
    [InlineData("--ConnectionStrings:redis=redis:6379,password=open,sesame=now", "ConnectionStrings:redis can't be read; write it as host:port,option=value")]
    [InlineData("--ConnectionStrings:workflow=password=\"open-sesame", "ConnectionStrings:workflow can't be read; write it as keyword=value;")]
    public void A_connection_string_that_can_not_be_read_is_named_and_not_shown(string option, string message)
    {
        var error = Should.Throw<DistributedApplicationException>(() => Describe("--Local:Redis=garnet", "--Local:Database=sqlite", option));

        error.Message.ShouldStartWith(message);
        error.Message.ShouldNotContain("sesame");
    }

    [Fact]
    public void What_was_chosen_and_why_stands_on_the_resource()
    {
        using var model = Describe("--Local:Redis=server", "--Local:Database=sqlite");

        model.Said("redis").ShouldEndWith("/redis-server: asked for with --Local:Redis=server");
        model.Said("workflow").ShouldBe($"the SQLite file {Path.Combine(_folder, "workflow.db")}: asked for with --Local:Database=sqlite");
    }

    [Fact]
    public void The_server_of_a_private_cluster_never_runs_as_root_and_listens_on_the_loopback_interface()
    {
        using var model = Describe("--Local:Redis=garnet", "--Local:Database=postgres");

        var server = model.Resource("postgres").ShouldBeOfType<PostgresClusterResource>();
        if (Environment.IsPrivilegedProcess) Path.GetFileName(server.Command).ShouldBeOneOf("setpriv", "runuser");
        var endpoint = server.Annotations.OfType<EndpointAnnotation>().ShouldHaveSingleItem();
        (endpoint.TargetHost, endpoint.IsProxied).ShouldBe(("127.0.0.1", false));
    }

    [Fact]
    public void The_password_of_a_private_cluster_is_kept_where_only_its_owner_reads_it()
    {
        Describe("--Local:Redis=garnet", "--Local:Database=postgres").Dispose();

        var file = Path.Combine(_folder, "postgres.password");
        File.ReadAllText(file).Length.ShouldBeGreaterThanOrEqualTo(32);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("--Local:Redis=dragonfly", "--Local:Redis=dragonfly is not possible; valid values are auto, container, server, garnet.")]
    [InlineData("--Local:Database=oracle", "--Local:Database=oracle is not possible; valid values are auto, container, postgres, sqlite.")]
    public void An_option_with_an_unknown_value_names_the_valid_ones(string option, string message) =>
        Should.Throw<DistributedApplicationException>(() => Describe("--Local:Redis=garnet", "--Local:Database=sqlite", option)).Message.ShouldBe(message);

    [Theory]
    [InlineData("--Local:Redis=container", "--Local:Redis=container is not possible: no-such-engine didn't answer within three seconds.")]
    [InlineData("--Local:Database=container", "--Local:Database=container is not possible: no-such-engine didn't answer within three seconds.")]
    public void A_container_that_is_forced_without_an_engine_says_what_to_do(string option, string message)
    {
        var error = Should.Throw<DistributedApplicationException>(
            () => Describe("--Local:Redis=garnet", "--Local:Database=sqlite", "--ASPIRE_CONTAINER_RUNTIME=no-such-engine", option));

        error.Message.ShouldBe($"{message} Start the container engine, or leave the option out.");
    }

    [Fact]
    public void Root_falls_back_to_SQLite_where_PostgreSQLs_user_may_not_pass()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root has to become someone else.");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var shut = $"--Local:DataPath={Path.Combine(_folder, "data")}";

        using (var model = Describe("--Local:Redis=garnet", shut, "--ASPIRE_CONTAINER_RUNTIME=no-such-engine"))
            model.Said("workflow").ShouldContain("can't enter");
        Should.Throw<DistributedApplicationException>(() => Describe("--Local:Redis=garnet", shut, "--Local:Database=postgres")).Message
            .ShouldStartWith("--Local:Database=postgres is not possible: PostgreSQL never runs as root, and the user postgres can't enter");
    }

    [Fact]
    public void A_cluster_of_another_PostgreSQL_version_is_not_touched()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "postgres", "data"));
        File.WriteAllText(Path.Combine(_folder, "postgres", "data", "PG_VERSION"), "9\n");

        var error = Should.Throw<DistributedApplicationException>(() => Describe("--Local:Redis=garnet", "--Local:Database=postgres"));

        error.Message.ShouldStartWith($"The cluster in {Path.Combine(_folder, "postgres")} was made by PostgreSQL 9, and only ");
        error.Message.ShouldEndWith("is installed; install 9, or delete the folder to begin anew.");
    }

    [Fact]
    public void A_cluster_that_was_made_with_another_password_is_not_opened()
    {
        Describe("--Local:Redis=garnet", "--Local:Database=postgres").Dispose();

        Should.Throw<DistributedApplicationException>(() => Describe("--Local:Redis=garnet", "--Local:Database=postgres", "--Parameters:postgres-password=another"))
            .Message.ShouldContain("was made with another password");
    }

    [Fact]
    public void A_cluster_whose_password_is_gone_is_not_opened()
    {
        Describe("--Local:Redis=garnet", "--Local:Database=postgres").Dispose();

        File.Delete(Path.Combine(_folder, "postgres.password"));
        Should.Throw<DistributedApplicationException>(() => Describe("--Local:Redis=garnet", "--Local:Database=postgres"))
            .Message.ShouldStartWith("The password of the cluster in");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DescribedApplication Describe(params string[] args) => DescribedApplication.Of([$"--Local:DataPath={_folder}", .. args]);
}
