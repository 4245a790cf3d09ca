using Aspire.Hosting;

namespace WorkflowAspire.Hosting.Tests;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("data-folder-test-").FullName;

    [Fact]
    public void A_second_application_on_the_same_folder_is_refused_with_the_first_ones_process()
    {
        using var first = Describe(_folder);

        Should.Throw<DistributedApplicationException>(() => Describe(_folder)).Message
            .ShouldStartWith($"Another AppHost (pid {Environment.ProcessId}) runs on the data folder {_folder}; stop it");
    }

    [Fact]
    public void The_folder_is_free_again_when_the_application_is_disposed_of()
    {
        Describe(_folder).Dispose();

        Should.NotThrow(() => Describe(_folder).Dispose());
    }

    [Fact]
    public void A_file_in_its_place_is_named()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        Should.Throw<DistributedApplicationException>(() => Describe(file)).Message.ShouldStartWith($"The data folder {file} can't be used: ");
    }

    [Fact]
    public void A_folder_that_can_not_be_made_is_named()
    {
        // Not even root makes a folder there.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Every system has its own such place.");

        var error = Should.Throw<DistributedApplicationException>(() => Describe("/proc/data"));

        error.Message.ShouldStartWith("The data folder /proc/data can't be used: ");
        error.Message.ShouldEndWith("Choose another with --Local:DataPath=….");
    }

    [Fact]
    public void An_application_with_random_ports_has_a_folder_of_its_own_that_goes_with_it()
    {
        string file;
        using (var application = DescribedApplication.Of(["--DcpPublisher:RandomizePorts=true", "--Local:Redis=garnet", "--Local:Database=sqlite"]))
        {
            file = application.Said("workflow").Split(' ')[3].TrimEnd(':');
            Directory.Exists(Path.GetDirectoryName(file)).ShouldBeTrue(file);
        }

        Directory.Exists(Path.GetDirectoryName(file)).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static DescribedApplication Describe(string folder) => DescribedApplication.Of([$"--Local:DataPath={folder}", "--Local:Redis=garnet", "--Local:Database=sqlite"]);
}
