/* The least program: what is left of a start without the start of a C library. */
int main(void)
{
	return 0;
}
